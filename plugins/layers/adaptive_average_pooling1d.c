/* adaptive_average_pooling1d - the mean of so many parts of a line: see
 * adaptive_pooling */
#include <dnn/plugin.h>

static const DnnForeign foreign[] = {
  { "torch", "AdaptiveAvgPool1d", "output_size=output_size", "" },
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  .kind = DNN_KIND_LAYER,
  .name = "adaptive_average_pooling1d",
  .title = "AdaptiveAveragePooling1D",
  .version = "1.0",
  .summary = "the mean of so many parts of a line",
  .reference = "He et al.: Spatial pyramid pooling, ECCV 2014",
  .base = "adaptive_pooling",
  .defaults = "rank=1 pool=average",
  .example = "output_size=2",
  .example_inputs = "6,3",
  .foreign = DNN_FOREIGN_TABLE (foreign),
};
