/* zero_padding2d - so many zeros at the sides of a plane: see zero_padding */
#include <dnn/plugin.h>

static const DnnForeign foreign[] = {
  { "onnx", "Pad", "padding=pads", "" },
  { "keras", "ZeroPadding2D", "padding=padding", "" },
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  .kind = DNN_KIND_LAYER,
  .name = "zero_padding2d",
  .title = "ZeroPadding2D",
  .version = "1.0",
  .summary = "so many zeros at the sides of a plane",
  .reference = "https://keras.io/api/layers/reshaping_layers/",
  .base = "zero_padding",
  .defaults = "rank=2 padding=1",
  .example = "padding=1,2",
  .example_inputs = "5,4,3",
  .foreign = DNN_FOREIGN_TABLE (foreign),
};
