/* depthwise_conv2d - a filter for each channel of an image: see depthwise_conv
 */
#include <dnn/plugin.h>

static const DnnForeign foreign[] = {
  { "onnx", "Conv",
    "kernel_size=kernel_shape strides=strides padding=padding "
    "dilation_rate=dilations use_bias=?B",
    "kernel=W:0/C,3401 bias=B" },
  { "keras", "DepthwiseConv2D",
    "kernel_size=kernel_size strides=strides padding=padding "
    "depth_multiplier=depth_multiplier "
    "dilation_rate=dilation_rate use_bias=use_bias "
    "activation=@activation",
    "kernel=0 bias=1" },
  { "torch", "Conv2d",
    "kernel_size=kernel_size strides=stride "
    "dilation_rate=dilation use_bias=?bias",
    "kernel=weight:0/C,3401 bias=bias" },
};

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
  .example = "kernel_size=2",
  .example_inputs = "3,2,2",
  .foreign = DNN_FOREIGN_TABLE (foreign),
};
