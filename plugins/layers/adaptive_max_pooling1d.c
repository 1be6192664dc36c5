/* adaptive_max_pooling1d - the largest of so many parts of a line: see
 * adaptive_pooling */
#include <dnn/plugin.h>

static const DnnForeign foreign[] = {
  { "torch", "AdaptiveMaxPool1d", "output_size=output_size", "" },
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  .kind = DNN_KIND_LAYER,
  .name = "adaptive_max_pooling1d",
  .title = "AdaptiveMaxPooling1D",
  .version = "1.0",
  .summary = "the largest of so many parts of a line",
  .reference = "He et al.: Spatial pyramid pooling, ECCV 2014",
  .base = "adaptive_pooling",
  .defaults = "rank=1 pool=max",
  .example = "output_size=2",
  .example_inputs = "6,3",
  .foreign = DNN_FOREIGN_TABLE (foreign),
};
