/* zero_padding3d - so many zeros at the sides of a volume: see zero_padding */
#include <dnn/plugin.h>

static const DnnForeign foreign[] = {
  { "onnx", "Pad", "padding=pads", "" },
  { "keras", "ZeroPadding3D", "padding=padding", "" },
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  .kind = DNN_KIND_LAYER,
  .name = "zero_padding3d",
  .title = "ZeroPadding3D",
  .version = "1.0",
  .summary = "so many zeros at the sides of a volume",
  .reference = "https://keras.io/api/layers/reshaping_layers/",
  .base = "zero_padding",
  .defaults = "rank=3 padding=1",
  .example = "padding=1,0,2",
  .example_inputs = "4,3,2,2",
  .foreign = DNN_FOREIGN_TABLE (foreign),
};
