/* conv3d - a filter that slides over a volume: see conv */
#include <dnn/plugin.h>

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
  .example = "filters=2 kernel_size=2 strides=2",
  .example_inputs = "4,3,4,2",
};
