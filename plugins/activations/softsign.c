/* softsign - squeezes everything between -1 and 1, slower than tanh
 *
 *   y = x / (1 + |x|)    dy/dx = (1 - |y|)²
 *
 * Turian, Bergstra, Bengio: Quadratic features and deep architectures for
 * chunking, NAACL 2009.
 */
#include <dnn/plugin.h>
#include <math.h>

DNN_CLONES static void
eval (const void *self, const DnnHost *host, const float *x, float *y,
      int64_t rows, int64_t length)
{
  (void) self;
  (void) host;
  DNN_EACH
  for (int64_t i = 0; i < rows * length; i++)
    y[i] = x[i] / (1 + fabsf (x[i]));
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
    dx[i] = dy[i] * (1 - fabsf (y[i])) * (1 - fabsf (y[i]));
}

static const DnnActivationOps ops = {
  DNN_ACTIVATION_OPS (DNN_NEEDS_Y),
  .eval = eval,
  .grad = grad,
};

static const DnnForeign foreign[] = {
  { "onnx", "Softsign", "", "" },
  { "keras", "softsign", "", "" },
  { "torch", "Softsign", "", "" },
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_ACTIVATION,
  .name = "softsign",
  .title = "Softsign",
  .version = "1.0",
  .summary = "x / (1 + |x|), between -1 and 1",
  .reference = "Turian, Bergstra, Bengio: Quadratic features and deep "
               "architectures for chunking, NAACL 2009",
  .flags = DNN_FLAG_ELEMENTWISE,
  .ops = &ops,
  .foreign = DNN_FOREIGN_TABLE (foreign),
  .c_expression = "x / (1 + fabsf (x))",
};
