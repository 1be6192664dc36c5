/* up_sampling3d - so many positions where a volume has one: see up_sampling */
#include <dnn/plugin.h>

static const DnnForeign foreign[] = {
  { "keras", "UpSampling3D", "size=size", "" },
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  .kind = DNN_KIND_LAYER,
  .name = "up_sampling3d",
  .title = "UpSampling3D",
  .version = "1.0",
  .summary = "so many positions where a volume has one",
  .reference = "https://keras.io/api/layers/reshaping_layers/",
  .base = "up_sampling",
  .defaults = "rank=3 size=2",
  .example = "size=2,1,2",
  .example_inputs = "4,3,2,2",
  .foreign = DNN_FOREIGN_TABLE (foreign),
};
