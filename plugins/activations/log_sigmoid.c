/* log_sigmoid - the logarithm of the sigmoid
 *
 *   y = -ln (1 + exp (-x)) = min (x, 0) - ln (1 + exp -|x|)
 *
 *   dy/dx = 1 / (1 + exp x)
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
      y[first + i] = (a[i] < 0 ? a[i] : 0) - e[i];
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

    DNN_EACH
    for (int64_t i = 0; i < n; i++)
      s[i] = -a[i];
    host->sigmoid (s, s, n);
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
  { "keras", "log_sigmoid", "", "" },
  { "torch", "LogSigmoid", "", "" },
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_ACTIVATION,
  .name = "log_sigmoid",
  .title = "LogSigmoid",
  .version = "1.0",
  .summary = "the logarithm of the sigmoid",
  .reference = "https://keras.io/api/layers/activations/",
  .flags = DNN_FLAG_ELEMENTWISE,
  .ops = &ops,
  .foreign = DNN_FOREIGN_TABLE (foreign),
  .c_expression = "fminf (x, 0) - log1pf (expf (-fabsf (x)))",
};
