/* depthwise_conv2d - a filter for each channel of an image: see depthwise_conv
 */
#include <dnn/plugin.h>

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  .kind = DNN_KIND_LAYER,
  .name = "depthwise_conv2d",
  .title = "DepthwiseConv2D",
  .version = "1.0",
  .summary = "a filter for each channel of an image",
  .reference = "Sifre: Rigid-motion scattering for image classification, 2014",
  .base = "depthwise_conv",
  .defaults = "rank=2",
  .example = "kernel_size=3 padding=same",
  .example_inputs = "4,5,3",
};
