/* softmax - a row of scores as probabilities
 *
 *   yᵢ = exp xᵢ / Σⱼ exp xⱼ    dL/dxᵢ = yᵢ (dL/dyᵢ - Σⱼ yⱼ dL/dyⱼ)
 *
 * over the last axis.
 * Bridle: Probabilistic interpretation of feedforward classification network
 * outputs, 1990.
 */
#include <dnn/plugin.h>

/* The quotient stays as it is, and exp does not overflow past 88. */
static void
subtract_max (const float *x, float *y, int64_t n)
{
  float max = x[0];

  for (int64_t j = 1; j < n; j++)
    max = x[j] > max ? x[j] : max;
  for (int64_t j = 0; j < n; j++)
    y[j] = x[j] - max;
}

static void
divide_by_sum (float *y, int64_t n)
{
  double sum = 0;

  for (int64_t j = 0; j < n; j++)
    sum += y[j];
  for (int64_t j = 0; j < n; j++)
    y[j] *= (float) (1 / sum);
}

static void
eval (const void *self, const DnnHost *host, const float *x, float *y,
      int64_t rows, int64_t length)
{
  (void) self;
  for (int64_t i = 0; i < rows; i++)
    subtract_max (x + i * length, y + i * length, length);
  host->exp (y, y, rows * length);
  for (int64_t i = 0; i < rows; i++)
    divide_by_sum (y + i * length, length);
}

static void
grad (const void *self, const DnnHost *host, const float *x, const float *y,
      const float *dy, float *dx, int64_t rows, int64_t length)
{
  (void) self;
  (void) host;
  (void) x;
  for (int64_t i = 0; i < rows * length; i += length) {
    double dot = 0;

    for (int64_t j = i; j < i + length; j++)
      dot += (double) y[j] * dy[j];
    for (int64_t j = i; j < i + length; j++)
      dx[j] = y[j] * (dy[j] - (float) dot);
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
  .name = "softmax",
  .title = "Softmax",
  .version = "1.0",
  .summary = "a row of scores as probabilities",
  .reference = "Bridle: Probabilistic interpretation of feedforward "
               "classification network outputs, 1990",
  .ops = &ops,
};
