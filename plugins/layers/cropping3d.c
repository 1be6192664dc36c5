/* cropping3d - a volume without so many positions at the sides: see cropping */
#include <dnn/plugin.h>

static const DnnForeign foreign[] = {
  { "keras", "Cropping3D", "cropping=cropping", "" },
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  .kind = DNN_KIND_LAYER,
  .name = "cropping3d",
  .title = "Cropping3D",
  .version = "1.0",
  .summary = "a volume without so many positions at the sides",
  .reference = "https://keras.io/api/layers/reshaping_layers/",
  .base = "cropping",
  .defaults = "rank=3 cropping=1",
  .example = "cropping=1,1,0",
  .example_inputs = "4,3,2,2",
  .foreign = DNN_FOREIGN_TABLE (foreign),
};
