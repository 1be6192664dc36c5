/* conv1d_transpose - a convolution of a line turned round: see conv_transpose
 */
#include <dnn/plugin.h>

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  .kind = DNN_KIND_LAYER,
  .name = "conv1d_transpose",
  .title = "Conv1DTranspose",
  .version = "1.0",
  .summary = "a convolution of a line turned round",
  .reference = "Dumoulin, Visin: A guide to convolution arithmetic, 2016",
  .base = "conv_transpose",
  .defaults = "rank=1",
  .example = "filters=3 kernel_size=3 strides=2",
  .example_inputs = "4,2",
};
