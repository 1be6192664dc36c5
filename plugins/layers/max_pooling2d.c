/* max_pooling2d - the largest of windows that slide over a plane: see pooling
 */
#include <dnn/plugin.h>

static const DnnForeign foreign[] = {
  { "onnx", "MaxPool", "pool_size=kernel_shape strides=strides padding=padding",
    "" },
  { "keras", "MaxPooling2D",
    "pool_size=pool_size strides=strides padding=padding", "" },
  { "torch", "MaxPool2d", "pool_size=kernel_size strides=stride", "" },
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  .kind = DNN_KIND_LAYER,
  .name = "max_pooling2d",
  .title = "MaxPooling2D",
  .version = "1.0",
  .summary = "the largest of windows that slide over a plane",
  .reference = "LeCun et al.: Gradient-based learning, Proc. IEEE 86, 1998",
  .base = "pooling",
  .defaults = "rank=2 pool=max pool_size=2",
  .example = "padding=same",
  .example_inputs = "2,2,1",
  .foreign = DNN_FOREIGN_TABLE (foreign),
};
