/* sparsemax - a row of scores as probabilities, most of them 0
 *
 *   yᵢ = max (xᵢ - τ, 0)    with τ such that Σ y = 1
 *   dL/dxᵢ = dL/dyᵢ - Σⱼ dL/dyⱼ / |S|    i in S: y > 0; else 0
 *
 * over the last axis.  τ = (Σ x - 1) / |S| over those above it is found by
 * raising it until nobody drops out any more (Michelot, 1986): the τ of the
 * paper, without a sorted copy.  Keras 3.15.1 adds up cumulated sums instead:
 * its rows come to 1 only where one number is left.
 * Martins, Astudillo: From softmax to sparsemax, ICML 2016, eq. 3 and 14.
 */
#include <dnn/plugin.h>
#include <math.h>

/* τ of a row */
static double
threshold_of (const float *x, int64_t n)
{
  double tau = -INFINITY;

  for (;;) {
    double sum = -1, count = 0, next;

    for (int64_t j = 0; j < n; j++)
      if (x[j] > tau) {
        sum += x[j];
        count++;
      }
    next = sum / count;
    if (!(next > tau)) /* also where none is above, or a number is none */
      return count > 0 ? tau : next;
    tau = next;
  }
}

static void
eval (const void *self, const DnnHost *host, const float *x, float *y,
      int64_t rows, int64_t length)
{
  (void) self;
  (void) host;
  for (int64_t i = 0; i < rows * length; i += length) {
    const double tau = threshold_of (x + i, length);

    for (int64_t j = i; j < i + length; j++) {
      const double above = x[j] - tau;

      y[j] = above <= 0 ? 0 : (float) above;
    }
  }
}

static void
grad (const void *self, const DnnHost *host, const float *x, const float *y,
      const float *dy, float *dx, int64_t rows, int64_t length)
{
  (void) self;
  (void) host;
  (void) x;
  for (int64_t i = 0; i < rows * length; i += length) {
    double sum = 0, count = 0;

    for (int64_t j = i; j < i + length; j++)
      if (y[j] > 0) {
        sum += dy[j];
        count++;
      }
    for (int64_t j = i; j < i + length; j++)
      dx[j] = y[j] > 0 ? (float) (dy[j] - sum / count) : 0;
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
  .name = "sparsemax",
  .title = "Sparsemax",
  .version = "1.0",
  .summary = "a row of scores as probabilities, most of them 0",
  .reference = "Martins, Astudillo: From softmax to sparsemax, ICML 2016",
  .ops = &ops,
};
