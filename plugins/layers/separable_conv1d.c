/* separable_conv1d - a filter for each channel of a line, then all mixed: see
 * separable_conv */
#include <dnn/plugin.h>

static const DnnForeign foreign[] = {
  { "keras", "SeparableConv1D",
    "filters=filters kernel_size=kernel_size strides=strides "
    "padding=padding dilation_rate=dilation_rate "
    "depth_multiplier=depth_multiplier use_bias=use_bias "
    "activation=@activation",
    "depthwise_kernel=0 pointwise_kernel=1 bias=2" },
};

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
  .example = "filters=2 kernel_size=2 padding=same",
  .example_inputs = "2,2",
  .foreign = DNN_FOREIGN_TABLE (foreign),
};
