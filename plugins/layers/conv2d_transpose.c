/* conv2d_transpose - a convolution of an image turned round: see conv_transpose
 */
#include <dnn/plugin.h>

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  .kind = DNN_KIND_LAYER,
  .name = "conv2d_transpose",
  .title = "Conv2DTranspose",
  .version = "1.0",
  .summary = "a convolution of an image turned round",
  .reference = "Dumoulin, Visin: A guide to convolution arithmetic, 2016",
  .base = "conv_transpose",
  .defaults = "rank=2",
  .example = "filters=3 kernel_size=3 strides=2 padding=same",
  .example_inputs = "3,4,2",
};
