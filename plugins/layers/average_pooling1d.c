/* average_pooling1d - the mean of windows that slide over a line: see pooling
 */
#include <dnn/plugin.h>

static const DnnForeign foreign[] = {
  { "onnx", "AveragePool",
    "pool_size=kernel_shape strides=strides padding=padding", "" },
  { "keras", "AveragePooling1D",
    "pool_size=pool_size strides=strides padding=padding", "" },
  { "torch", "AvgPool1d", "pool_size=kernel_size strides=stride", "" },
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  .kind = DNN_KIND_LAYER,
  .name = "average_pooling1d",
  .title = "AveragePooling1D",
  .version = "1.0",
  .summary = "the mean of windows that slide over a line",
  .reference = "LeCun et al.: Gradient-based learning, Proc. IEEE 86, 1998",
  .base = "pooling",
  .defaults = "rank=1 pool=average",
  .example = "pool_size=3 strides=2 padding=same",
  .example_inputs = "6,3",
  .foreign = DNN_FOREIGN_TABLE (foreign),
};
