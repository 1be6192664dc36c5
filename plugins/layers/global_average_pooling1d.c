/* global_average_pooling1d - the mean of each channel of a line: see
 * global_pooling */
#include <dnn/plugin.h>

static const DnnForeign foreign[] = {
  { "onnx", "GlobalAveragePool", "keepdims='true'", "" },
  { "keras", "GlobalAveragePooling1D", "keepdims=keepdims", "" },
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  .kind = DNN_KIND_LAYER,
  .name = "global_average_pooling1d",
  .title = "GlobalAveragePooling1D",
  .version = "1.0",
  .summary = "the mean of each channel of a line",
  .reference = "Lin, Chen, Yan: Network in network, ICLR 2014",
  .base = "global_pooling",
  .defaults = "rank=1 pool=average",
  .example = "keepdims=true",
  .example_inputs = "6,3",
  .foreign = DNN_FOREIGN_TABLE (foreign),
};
