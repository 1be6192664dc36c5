/* up_sampling2d - so many positions where a plane has one: see up_sampling */
#include <dnn/plugin.h>

static const DnnForeign foreign[] = {
  { "keras", "UpSampling2D", "size=size interpolation=interpolation", "" },
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  .kind = DNN_KIND_LAYER,
  .name = "up_sampling2d",
  .title = "UpSampling2D",
  .version = "1.0",
  .summary = "so many positions where a plane has one",
  .reference = "https://keras.io/api/layers/reshaping_layers/",
  .base = "up_sampling",
  .defaults = "rank=2 size=2",
  .example = "interpolation=bilinear",
  .example_inputs = "5,4,3",
  .foreign = DNN_FOREIGN_TABLE (foreign),
};
