/* conv3d_transpose - a convolution of a volume turned round: see conv_transpose
 */
#include <dnn/plugin.h>

static const DnnForeign foreign[] = {
  { "onnx", "ConvTranspose",
    "filters=@W.1 kernel_size=kernel_shape strides=strides "
    "dilation_rate=dilations output_padding=output_padding "
    "use_bias=?B",
    "kernel=W:23410 bias=B" },
  { "keras", "Conv3DTranspose",
    "filters=filters kernel_size=kernel_size strides=strides "
    "padding=padding output_padding=output_padding "
    "dilation_rate=dilation_rate use_bias=use_bias "
    "activation=@activation",
    "kernel=0 bias=1" },
  { "torch", "ConvTranspose3d",
    "filters=@weight.1 kernel_size=kernel_size strides=stride "
    "dilation_rate=dilation output_padding=output_padding "
    "use_bias=?bias",
    "kernel=weight:23410 bias=bias" },
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  .kind = DNN_KIND_LAYER,
  .name = "conv3d_transpose",
  .title = "Conv3DTranspose",
  .version = "1.0",
  .summary = "a convolution of a volume turned round",
  .reference = "Dumoulin, Visin: A guide to convolution arithmetic, 2016",
  .base = "conv_transpose",
  .defaults = "rank=3",
  .example = "filters=2 kernel_size=1,2,1",
  .example_inputs = "1,2,1,2",
  .foreign = DNN_FOREIGN_TABLE (foreign),
};
