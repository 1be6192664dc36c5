/* huber - squared for small differences, absolute for large ones
 *
 *   e = yⱼ - tⱼ    l = e² / 2              |e| ≤ δ       dl/de = e
 *                      δ |e| - δ² / 2      otherwise             ±δ
 *
 *   L = Σⱼ l / n    dL/dyⱼ = dl/de / n
 *
 * over the n elements of a sample.
 * Huber: Robust estimation of a location parameter, Annals of Mathematical
 * Statistics 35, 1964.
 */
#include <dnn/plugin.h>
#include <math.h>

typedef struct {
  double delta; /* δ */
} Huber;

static const DnnParam params[] = {
  DNN_FLOAT (Huber, delta, "1", 0, 1e30, "y",
             "the difference from which on it is straight"),
};

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
  const double delta = ((const Huber *) self)->delta;
  const float *t = dnn_f32 (p->y_true), *y = dnn_f32 (p->y_pred);
  const int64_t samples = p->y_pred->dims[0];
  const int64_t n = dnn_count (p->y_pred) / samples;

  (void) host;
  for (int64_t i = 0; i < samples; i++, t += n, y += n) {
    double sum = 0;

    for (int64_t j = 0; j < n; j++) {
      const double e = fabs ((double) y[j] - t[j]);

      sum += e <= delta ? e * e / 2 : delta * e - delta * delta / 2;
    }
    p->value[i] = (float) (sum / (double) n);
  }
  return 0;
}

static int32_t
gradient (const void *self, const DnnHost *host, DnnLossPass *p)
{
  const double delta = ((const Huber *) self)->delta;
  const float *t = dnn_f32 (p->y_true), *y = dnn_f32 (p->y_pred);
  const int64_t samples = p->y_pred->dims[0];
  const int64_t n = dnn_count (p->y_pred) / samples;
  float *dy = dnn_f32 (p->dy_pred);

  (void) host;
  for (int64_t i = 0; i < samples; i++, t += n, y += n, dy += n)
    for (int64_t j = 0; j < n; j++) {
      const double e = (double) y[j] - t[j];

      dy[j] = p->scale[i] * (float) fmax (-delta, fmin (e, delta)) / (float) n;
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
  .name = "huber",
  .title = "Huber",
  .version = "1.0",
  .summary = "squared for small differences, absolute for large ones",
  .reference = "Huber: Robust estimation of a location parameter, Annals of "
               "Mathematical Statistics 35, 1964",
  .self_size = sizeof (Huber),
  .params = params,
  .n_params = sizeof params / sizeof params[0],
  .param_stride = sizeof params[0],
  .ops = &ops,
};
