/* sigmoid - squeezes everything between 0 and 1
 *
 *   y = 1 / (1 + exp (-x))    dy/dx = y (1 - y)
 */
#include <dnn/plugin.h>

DNN_CLONES static void
eval (const void *self, const DnnHost *host, const float *x, float *y,
      int64_t rows, int64_t length)
{
  (void) self;
  host->sigmoid (x, y, rows * length);
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
    dx[i] = dy[i] * y[i] * (1 - y[i]);
}

static const DnnActivationOps ops = {
  DNN_ACTIVATION_OPS (DNN_NEEDS_Y),
  .eval = eval,
  .grad = grad,
};

static const DnnForeign foreign[] = {
  { "onnx", "Sigmoid", "", "" },
  { "keras", "sigmoid", "", "" },
  { "torch", "Sigmoid", "", "" },
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_ACTIVATION,
  .name = "sigmoid",
  .title = "Sigmoid",
  .version = "1.0",
  .summary = "1 / (1 + exp (-x)), between 0 and 1",
  .reference = "https://keras.io/api/layers/activations/",
  .flags = DNN_FLAG_ELEMENTWISE,
  .ops = &ops,
  .foreign = DNN_FOREIGN_TABLE (foreign),
  .c_expression = "1 / (1 + expf (-x))",
};
