/* cropping2d - a plane without so many positions at the sides: see cropping */
#include <dnn/plugin.h>

static const DnnForeign foreign[] = {
  { "keras", "Cropping2D", "cropping=cropping", "" },
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  .kind = DNN_KIND_LAYER,
  .name = "cropping2d",
  .title = "Cropping2D",
  .version = "1.0",
  .summary = "a plane without so many positions at the sides",
  .reference = "https://keras.io/api/layers/reshaping_layers/",
  .base = "cropping",
  .defaults = "rank=2 cropping=0",
  .example = "cropping=1,2,0,1",
  .example_inputs = "5,4,3",
  .foreign = DNN_FOREIGN_TABLE (foreign),
};
