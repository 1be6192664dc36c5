/* global_max_pooling3d - the largest of each channel of a volume: see
 * global_pooling */
#include <dnn/plugin.h>

static const DnnForeign foreign[] = {
  { "onnx", "GlobalMaxPool", "keepdims='true'", "" },
  { "keras", "GlobalMaxPooling3D", "keepdims=keepdims", "" },
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  .kind = DNN_KIND_LAYER,
  .name = "global_max_pooling3d",
  .title = "GlobalMaxPooling3D",
  .version = "1.0",
  .summary = "the largest of each channel of a volume",
  .reference = "Lin, Chen, Yan: Network in network, ICLR 2014",
  .base = "global_pooling",
  .defaults = "rank=3 pool=max",
  .example = "keepdims=true",
  .example_inputs = "4,3,2,2",
  .foreign = DNN_FOREIGN_TABLE (foreign),
};
