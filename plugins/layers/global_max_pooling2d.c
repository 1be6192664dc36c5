/* global_max_pooling2d - the largest of each channel of a plane: see
 * global_pooling */
#include <dnn/plugin.h>

static const DnnForeign foreign[] = {
  { "onnx", "GlobalMaxPool", "keepdims='true'", "" },
  { "keras", "GlobalMaxPooling2D", "keepdims=keepdims", "" },
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  .kind = DNN_KIND_LAYER,
  .name = "global_max_pooling2d",
  .title = "GlobalMaxPooling2D",
  .version = "1.0",
  .summary = "the largest of each channel of a plane",
  .reference = "Lin, Chen, Yan: Network in network, ICLR 2014",
  .base = "global_pooling",
  .defaults = "rank=2 pool=max",
  .example = "keepdims=true",
  .example_inputs = "5,4,3",
  .foreign = DNN_FOREIGN_TABLE (foreign),
};
