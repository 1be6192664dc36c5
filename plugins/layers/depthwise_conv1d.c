/* depthwise_conv1d - a filter for each channel of a line: see depthwise_conv */
#include <dnn/plugin.h>

static const DnnForeign foreign[] = {
  { "onnx", "Conv",
    "kernel_size=kernel_shape strides=strides padding=padding "
    "dilation_rate=dilations use_bias=?B",
    "kernel=W:0/C,301 bias=B" },
  { "keras", "DepthwiseConv1D",
    "kernel_size=kernel_size strides=strides padding=padding "
    "depth_multiplier=depth_multiplier "
    "dilation_rate=dilation_rate use_bias=use_bias "
    "activation=@activation",
    "kernel=0 bias=1" },
  { "torch", "Conv1d",
    "kernel_size=kernel_size strides=stride "
    "dilation_rate=dilation use_bias=?bias",
    "kernel=weight:0/C,301 bias=bias" },
};

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
  .example = "kernel_size=2 padding=same",
  .example_inputs = "3,2",
  .foreign = DNN_FOREIGN_TABLE (foreign),
};
