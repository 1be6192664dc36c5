/* separable_conv2d - a filter for each channel of an image, then all mixed: see
 * separable_conv */
#include <dnn/plugin.h>

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  .kind = DNN_KIND_LAYER,
  .name = "separable_conv2d",
  .title = "SeparableConv2D",
  .version = "1.0",
  .summary = "a filter for each channel of an image, then all mixed",
  .reference = "Chollet: Xception, CVPR 2017",
  .base = "separable_conv",
  .defaults = "rank=2",
  .example = "filters=4 kernel_size=3 padding=same",
  .example_inputs = "4,5,3",
};
