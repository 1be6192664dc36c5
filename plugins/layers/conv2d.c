/* conv2d - a filter that slides over an image: see conv */
#include <dnn/plugin.h>

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  .kind = DNN_KIND_LAYER,
  .name = "conv2d",
  .title = "Conv2D",
  .version = "1.0",
  .summary = "a filter that slides over an image",
  .reference = "LeCun et al.: Gradient-based learning, Proc. IEEE 86, 1998",
  .base = "conv",
  .defaults = "rank=2",
  .example = "filters=3 kernel_size=3 padding=same",
  .example_inputs = "5,4,2",
};
