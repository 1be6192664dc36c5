/* conv3d - a filter that slides over a volume: see conv */
#include <dnn/plugin.h>

static const DnnForeign foreign[] = {
  { "onnx", "Conv",
    "filters=@W.0 kernel_size=kernel_shape strides=strides padding=padding "
    "dilation_rate=dilations groups=group use_bias=?B",
    "kernel=W:23410 bias=B" },
  { "keras", "Conv3D",
    "filters=filters kernel_size=kernel_size strides=strides "
    "padding=padding dilation_rate=dilation_rate groups=groups "
    "use_bias=use_bias activation=@activation",
    "kernel=0 bias=1" },
  { "torch", "Conv3d",
    "filters=@weight.0 kernel_size=kernel_size strides=stride "
    "dilation_rate=dilation groups=groups use_bias=?bias",
    "kernel=weight:23410 bias=bias" },
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  .kind = DNN_KIND_LAYER,
  .name = "conv3d",
  .title = "Conv3D",
  .version = "1.0",
  .summary = "a filter that slides over a volume",
  .reference = "LeCun et al.: Gradient-based learning, Proc. IEEE 86, 1998",
  .base = "conv",
  .defaults = "rank=3",
  .example = "filters=2 kernel_size=2",
  .example_inputs = "2,2,2,2",
  .foreign = DNN_FOREIGN_TABLE (foreign),
};
