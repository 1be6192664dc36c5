/* mean_squared_error - mean of the squared differences
 *
 *   L = Σⱼ (yⱼ - tⱼ)² / n    dL/dyⱼ = 2 (yⱼ - tⱼ) / n
 *
 * over the n elements of a sample.
 */
#include <dnn/plugin.h>

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  const DnnTensor *p = b->x[0], *t = b->x[1];

  (void) self;
  if (p->n_dims < 1 || t->n_dims < 1 || p->dims[0] != t->dims[0] ||
      dnn_count (p) != dnn_count (t))
    return host->fail (b,
                       "a sample has %lld targets and %lld predictions; "
                       "they must be as many",
                       (long long) (dnn_count (t) / t->dims[0]),
                       (long long) (dnn_count (p) / p->dims[0]));
  return 0;
}

static int32_t
value (const void *self, const DnnHost *host, DnnLossPass *p)
{
  const float *t = dnn_f32 (p->y_true), *y = dnn_f32 (p->y_pred);
  const int64_t samples = p->y_pred->dims[0];
  const int64_t n = dnn_count (p->y_pred) / samples;

  (void) self;
  (void) host;
  for (int64_t i = 0; i < samples; i++, t += n, y += n) {
    double sum = 0;

    for (int64_t j = 0; j < n; j++) {
      const double e = (double) y[j] - t[j];

      sum += e * e;
    }
    p->value[i] = (float) (sum / (double) n);
  }
  return 0;
}

static int32_t
gradient (const void *self, const DnnHost *host, DnnLossPass *p)
{
  const float *t = dnn_f32 (p->y_true), *y = dnn_f32 (p->y_pred);
  const int64_t samples = p->y_pred->dims[0];
  const int64_t n = dnn_count (p->y_pred) / samples;
  float *dy = dnn_f32 (p->dy_pred);

  (void) self;
  (void) host;
  for (int64_t i = 0; i < samples; i++, t += n, y += n, dy += n)
    for (int64_t j = 0; j < n; j++) {
      dy[j] = p->scale[i] * 2 * (y[j] - t[j]) / (float) n;
    }
  return 0;
}

static const DnnLossOps ops = {
  DNN_LOSS_OPS (NULL),
  .build = build,
  .value = value,
  .gradient = gradient,
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_LOSS,
  .name = "mean_squared_error",
  .title = "MeanSquaredError",
  .version = "1.0",
  .summary = "mean of the squared differences",
  .reference = "https://keras.io/api/losses/regression_losses/",
  .ops = &ops,
};
