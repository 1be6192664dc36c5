/* zero_padding1d - so many zeros at the sides of a line: see zero_padding */
#include <dnn/plugin.h>

static const DnnForeign foreign[] = {
  { "onnx", "Pad", "padding=pads", "" },
  { "keras", "ZeroPadding1D", "padding=padding", "" },
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  .kind = DNN_KIND_LAYER,
  .name = "zero_padding1d",
  .title = "ZeroPadding1D",
  .version = "1.0",
  .summary = "so many zeros at the sides of a line",
  .reference = "https://keras.io/api/layers/reshaping_layers/",
  .base = "zero_padding",
  .defaults = "rank=1 padding=1",
  .example = "padding=1,2",
  .example_inputs = "6,3",
  .foreign = DNN_FOREIGN_TABLE (foreign),
};
