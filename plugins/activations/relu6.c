/* relu6 - a relu that ends at 6
 *
 *   y = min (max (x, 0), 6)
 *
 * Howard and others: MobileNets: efficient convolutional neural networks for
 * mobile vision applications, 2017.
 */
#include <dnn/plugin.h>

static const DnnForeign foreign[] = {
  { "keras", "relu6", "", "" },
  { "torch", "ReLU6", "", "" },
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_ACTIVATION,
  .name = "relu6",
  .title = "Relu6",
  .version = "1.0",
  .summary = "x between 0 and 6",
  .reference = "Howard and others: MobileNets, 2017",
  .base = "relu",
  .defaults = "max_value=6",
  .foreign = DNN_FOREIGN_TABLE (foreign),
  .c_expression = "fminf (fmaxf (x, 0), 6)",
};
