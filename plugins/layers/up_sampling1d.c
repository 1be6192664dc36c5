/* up_sampling1d - so many positions where a line has one: see up_sampling */
#include <dnn/plugin.h>

static const DnnForeign foreign[] = {
  { "keras", "UpSampling1D", "size=size", "" },
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  .kind = DNN_KIND_LAYER,
  .name = "up_sampling1d",
  .title = "UpSampling1D",
  .version = "1.0",
  .summary = "so many positions where a line has one",
  .reference = "https://keras.io/api/layers/reshaping_layers/",
  .base = "up_sampling",
  .defaults = "rank=1 size=2",
  .example = "size=3",
  .example_inputs = "6,3",
  .foreign = DNN_FOREIGN_TABLE (foreign),
};
