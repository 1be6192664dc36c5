/* exponential - for outputs that must be positive
 *
 *   y = exp x    dy/dx = y
 */
#include <dnn/plugin.h>

DNN_CLONES static void
eval (const void *self, const DnnHost *host, const float *x, float *y,
      int64_t rows, int64_t length)
{
  (void) self;
  host->exp (x, y, rows * length);
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
    dx[i] = dy[i] * y[i];
}

static const DnnActivationOps ops = {
  DNN_ACTIVATION_OPS (DNN_NEEDS_Y),
  .eval = eval,
  .grad = grad,
};

static const DnnForeign foreign[] = {
  { "onnx", "Exp", "", "" },
  { "keras", "exponential", "", "" },
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_ACTIVATION,
  .name = "exponential",
  .title = "Exponential",
  .version = "1.0",
  .summary = "exp x",
  .reference = "https://keras.io/api/layers/activations/",
  .flags = DNN_FLAG_ELEMENTWISE,
  .ops = &ops,
  .foreign = DNN_FOREIGN_TABLE (foreign),
  .c_expression = "expf (x)",
};
