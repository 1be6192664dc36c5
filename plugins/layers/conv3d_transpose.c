/* conv3d_transpose - a convolution of a volume turned round: see conv_transpose
 */
#include <dnn/plugin.h>

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
  .example = "filters=2 kernel_size=2 strides=2",
  .example_inputs = "2,3,2,2",
};
