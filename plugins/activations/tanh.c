/* tanh - squeezes everything between -1 and 1
 *
 *   y = tanh x    dy/dx = 1 - y²
 *
 * LeCun, Bottou, Orr, Müller: Efficient BackProp, 1998, section 4.4.
 */
#include <dnn/plugin.h>

DNN_CLONES static void
eval (const void *self, const DnnHost *host, const float *x, float *y,
      int64_t rows, int64_t length)
{
  (void) self;
  host->tanh (x, y, rows * length);
}

DNN_CLONES static void
grad (const void *self, const DnnHost *host, const float *x, const float *y,
      const float *dy, float *dx, int64_t rows, int64_t length)
{
  (void) self;
  (void) host;
  (void) x;
  DNN_EACH
  for (int64_t i = 0; i < rows * length; i++)
    dx[i] = dy[i] * (1 - y[i] * y[i]);
}

static const DnnActivationOps ops = {
  DNN_ACTIVATION_OPS (DNN_NEEDS_Y),
  .eval = eval,
  .grad = grad,
};

static const DnnForeign foreign[] = {
  { "onnx", "Tanh", "", "" },
  { "keras", "tanh", "", "" },
  { "torch", "Tanh", "", "" },
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_ACTIVATION,
  .name = "tanh",
  .title = "Tanh",
  .version = "1.0",
  .summary = "the hyperbolic tangent, between -1 and 1",
  .reference = "LeCun, Bottou, Orr, Müller: Efficient BackProp, 1998",
  .flags = DNN_FLAG_ELEMENTWISE,
  .ops = &ops,
  .foreign = DNN_FOREIGN_TABLE (foreign),
  .c_expression = "tanhf (x)",
};
