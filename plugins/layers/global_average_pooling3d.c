/* global_average_pooling3d - the mean of each channel of a volume: see
 * global_pooling */
#include <dnn/plugin.h>

static const DnnForeign foreign[] = {
  { "onnx", "GlobalAveragePool", "keepdims='true'", "" },
  { "keras", "GlobalAveragePooling3D", "keepdims=keepdims", "" },
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  .kind = DNN_KIND_LAYER,
  .name = "global_average_pooling3d",
  .title = "GlobalAveragePooling3D",
  .version = "1.0",
  .summary = "the mean of each channel of a volume",
  .reference = "Lin, Chen, Yan: Network in network, ICLR 2014",
  .base = "global_pooling",
  .defaults = "rank=3 pool=average",
  .example = "keepdims=true",
  .example_inputs = "4,3,2,2",
  .foreign = DNN_FOREIGN_TABLE (foreign),
};
