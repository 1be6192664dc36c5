/* depthwise_conv1d - a filter for each channel of a line: see depthwise_conv */
#include <dnn/plugin.h>

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  .kind = DNN_KIND_LAYER,
  .name = "depthwise_conv1d",
  .title = "DepthwiseConv1D",
  .version = "1.0",
  .summary = "a filter for each channel of a line",
  .reference = "Sifre: Rigid-motion scattering for image classification, 2014",
  .base = "depthwise_conv",
  .defaults = "rank=1",
  .example = "kernel_size=3 strides=2",
  .example_inputs = "7,3",
};
