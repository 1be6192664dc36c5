/* mish - x tanh (softplus x)
 *
 *   y = x tanh (ln (1 + e))    e = exp x
 *     = x n / (n + 2)          n = e (e + 2)
 *
 *   dy/dx = n / (n + 2) + 4 x e (1 + e) / (n + 2)²
 *
 * Misra: Mish: a self regularized non-monotonic activation function, BMVC 2020.
 */
#include <dnn/plugin.h>

enum { BLOCK = 256 };

/* From 20 on y = x and dy/dx = 1 to the last bit, and n² is no overflow. */
static void
exp_limited (const DnnHost *host, const float *x, float *e, int64_t n)
{
  DNN_EACH
  for (int64_t i = 0; i < n; i++)
    e[i] = x[i] > 20 ? 20 : x[i];
  host->exp (e, e, n);
}

static inline float
slope (float x, float e)
{
  const float n = e * (e + 2);

  return n / (n + 2) + 4 * (x > 20 ? 20 : x) * e * (1 + e) / (n + 2) / (n + 2);
}

DNN_CLONES static void
eval (const void *self, const DnnHost *host, const float *x, float *y,
      int64_t rows, int64_t length)
{
  (void) self;

  for (int64_t first = 0; first < rows * length; first += BLOCK) {
    const int64_t left = rows * length - first, n = left < BLOCK ? left : BLOCK;
    const float *a = x + first;
    float e[BLOCK];

    exp_limited (host, a, e, n);
    DNN_EACH
    for (int64_t i = 0; i < n; i++)
      y[first + i] = a[i] * (e[i] * (e[i] + 2)) / (e[i] * (e[i] + 2) + 2);
  }
}

DNN_CLONES static void
grad (const void *self, const DnnHost *host, const float *x, const float *y,
      const float *dy, float *dx, int64_t rows, int64_t length)
{
  (void) self;
  (void) y;

  for (int64_t first = 0; first < rows * length; first += BLOCK) {
    const int64_t left = rows * length - first, n = left < BLOCK ? left : BLOCK;
    const float *a = x + first;
    float e[BLOCK];

    exp_limited (host, a, e, n);
    DNN_EACH
    for (int64_t i = 0; i < n; i++)
      dx[first + i] = dy[first + i] * slope (a[i], e[i]);
  }
}

static const DnnActivationOps ops = {
  DNN_ACTIVATION_OPS (DNN_NEEDS_X),
  .eval = eval,
  .grad = grad,
};

static const DnnForeign foreign[] = {
  { "onnx", "Mish", "", "" },
  { "keras", "mish", "", "" },
  { "torch", "Mish", "", "" },
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_ACTIVATION,
  .name = "mish",
  .title = "Mish",
  .version = "1.0",
  .summary = "x tanh (softplus x)",
  .reference = "Misra: Mish: a self regularized non-monotonic activation "
               "function, BMVC 2020",
  .flags = DNN_FLAG_ELEMENTWISE,
  .ops = &ops,
  .foreign = DNN_FOREIGN_TABLE (foreign),
  .c_expression = "x * tanhf (log1pf (expf (x)))",
};
