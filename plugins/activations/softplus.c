/* softplus - a smooth relu
 *
 *   y = ln (1 + exp x) = max (x, 0) + ln (1 + exp -|x|)
 *
 *   dy/dx = 1 / (1 + exp (-x))
 *
 * Dugas, Bengio, Bélisle, Nadeau, Garcia: Incorporating second-order functional
 * knowledge for better option pricing, NeurIPS 2000.
 */
#include <dnn/plugin.h>

enum { BLOCK = 256 };

DNN_CLONES static void
eval (const void *self, const DnnHost *host, const float *x, float *y,
      int64_t rows, int64_t length)
{
  (void) self;

  for (int64_t first = 0; first < rows * length; first += BLOCK) {
    const int64_t left = rows * length - first, n = left < BLOCK ? left : BLOCK;
    const float *a = x + first;
    float e[BLOCK];

    DNN_EACH
    for (int64_t i = 0; i < n; i++)
      e[i] = a[i] < 0 ? a[i] : -a[i]; /* exp overflows past 88 */
    host->exp (e, e, n);
    host->log1p (e, e, n);
    DNN_EACH
    for (int64_t i = 0; i < n; i++)
      y[first + i] = (a[i] < 0 ? 0 : a[i]) + e[i];
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
    float s[BLOCK];

    host->sigmoid (a, s, n);
    DNN_EACH
    for (int64_t i = 0; i < n; i++)
      dx[first + i] = dy[first + i] * s[i];
  }
}

static const DnnActivationOps ops = {
  DNN_ACTIVATION_OPS (DNN_NEEDS_X),
  .eval = eval,
  .grad = grad,
};

static const DnnForeign foreign[] = {
  { "onnx", "Softplus", "", "" },
  { "keras", "softplus", "", "" },
  { "torch", "Softplus", "", "" },
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_ACTIVATION,
  .name = "softplus",
  .title = "Softplus",
  .version = "1.0",
  .summary = "ln (1 + exp x), a smooth relu",
  .reference = "Dugas, Bengio, Bélisle, Nadeau, Garcia: Incorporating "
               "second-order functional knowledge, NeurIPS 2000",
  .flags = DNN_FLAG_ELEMENTWISE,
  .ops = &ops,
  .foreign = DNN_FOREIGN_TABLE (foreign),
  .c_expression = "fmaxf (x, 0) + log1pf (expf (-fabsf (x)))",
};
