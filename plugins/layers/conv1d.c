/* conv1d - a filter that slides over a line: see conv */
#include <dnn/plugin.h>

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  .kind = DNN_KIND_LAYER,
  .name = "conv1d",
  .title = "Conv1D",
  .version = "1.0",
  .summary = "a filter that slides over a line",
  .reference = "LeCun et al.: Gradient-based learning, Proc. IEEE 86, 1998",
  .base = "conv",
  .defaults = "rank=1",
  .example = "filters=4 kernel_size=3 padding=causal dilation_rate=2",
  .example_inputs = "7,3",
};
