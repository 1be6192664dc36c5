/* log_softmax - the logarithm of the softmax
 *
 *   yᵢ = xᵢ - ln Σⱼ exp xⱼ    dL/dxᵢ = dL/dyᵢ - exp yᵢ Σⱼ dL/dyⱼ
 *
 * over the last axis.
 */
#include <dnn/plugin.h>
#include <math.h>

enum { BLOCK = 256 };

static float
max_of (const float *x, int64_t n)
{
  float max = x[0];

  for (int64_t j = 1; j < n; j++)
    max = x[j] > max ? x[j] : max;
  return max;
}

/* Σⱼ exp (xⱼ - max) */
static double
sum_exp (const DnnHost *host, const float *x, float max, int64_t length)
{
  double sum = 0;

  for (int64_t first = 0; first < length; first += BLOCK) {
    const int64_t left = length - first, n = left < BLOCK ? left : BLOCK;
    float e[BLOCK];

    for (int64_t j = 0; j < n; j++)
      e[j] = x[first + j] - max;
    host->exp (e, e, n);
    for (int64_t j = 0; j < n; j++)
      sum += e[j];
  }
  return sum;
}

static void
eval (const void *self, const DnnHost *host, const float *x, float *y,
      int64_t rows, int64_t length)
{
  (void) self;
  for (int64_t i = 0; i < rows * length; i += length) {
    const float max = max_of (x + i, length); /* exp overflows past 88 */
    const float log_sum = (float) log (sum_exp (host, x + i, max, length));

    for (int64_t j = i; j < i + length; j++)
      y[j] = x[j] - max - log_sum;
  }
}

static void
grad (const void *self, const DnnHost *host, const float *x, const float *y,
      const float *dy, float *dx, int64_t rows, int64_t length)
{
  (void) self;
  (void) x;
  for (int64_t i = 0; i < rows * length; i += length) {
    double sum = 0; /* Σ dy */

    for (int64_t j = i; j < i + length; j++)
      sum += dy[j];
    for (int64_t first = i; first < i + length; first += BLOCK) {
      const int64_t left = i + length - first, n = left < BLOCK ? left : BLOCK;
      float e[BLOCK];

      host->exp (y + first, e, n);
      for (int64_t j = 0; j < n; j++)
        dx[first + j] = dy[first + j] - e[j] * (float) sum;
    }
  }
}

static const DnnActivationOps ops = {
  DNN_ACTIVATION_OPS (DNN_NEEDS_Y),
  .eval = eval,
  .grad = grad,
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_ACTIVATION,
  .name = "log_softmax",
  .title = "LogSoftmax",
  .version = "1.0",
  .summary = "the logarithm of the softmax",
  .reference = "https://keras.io/api/layers/activations/",
  .ops = &ops,
};
