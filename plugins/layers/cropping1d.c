/* cropping1d - a line without so many positions at the sides: see cropping */
#include <dnn/plugin.h>

static const DnnForeign foreign[] = {
  { "keras", "Cropping1D", "cropping=cropping", "" },
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  .kind = DNN_KIND_LAYER,
  .name = "cropping1d",
  .title = "Cropping1D",
  .version = "1.0",
  .summary = "a line without so many positions at the sides",
  .reference = "https://keras.io/api/layers/reshaping_layers/",
  .base = "cropping",
  .defaults = "rank=1 cropping=1",
  .example = "cropping=1,2",
  .example_inputs = "6,3",
  .foreign = DNN_FOREIGN_TABLE (foreign),
};
