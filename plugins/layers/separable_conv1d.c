/* separable_conv1d - a filter for each channel of a line, then all mixed: see
 * separable_conv */
#include <dnn/plugin.h>

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  .kind = DNN_KIND_LAYER,
  .name = "separable_conv1d",
  .title = "SeparableConv1D",
  .version = "1.0",
  .summary = "a filter for each channel of a line, then all mixed",
  .reference = "Chollet: Xception, CVPR 2017",
  .base = "separable_conv",
  .defaults = "rank=1",
  .example = "filters=4 kernel_size=3",
  .example_inputs = "7,3",
};
