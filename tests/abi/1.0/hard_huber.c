/* hard_huber - square near 0, straight beyond
 *
 *   L = mean over the sample's elements of
 *       ½ e²            |e| <= δ         e = y_pred - y_true
 *       δ |e| - ½ δ²    else
 *
 *   dL/dy_pred = max (-δ, min (e, δ)) / number of elements
 *
 * Huber: Robust estimation of a location parameter, 1964.
 */
#include <dnn/plugin.h>
#include <math.h>

typedef struct {
  double delta; /* δ */
} Huber;

static const DnnParam params[] = {
  DNN_FLOAT (Huber, delta, "1", 0, 1e6, "", "error where the square ends"),
};

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  const DnnTensor *y_pred = b->x[0], *y_true = b->x[1];

  (void) self;
  if (y_pred->n_dims < 1 || y_pred->n_dims != y_true->n_dims)
    return host->fail (b, "target must have the %u dimensions of the output",
                       y_pred->n_dims);
  for (uint32_t i = 0; i < y_pred->n_dims; i++)
    if (y_pred->dims[i] != y_true->dims[i])
      return host->fail (b, "dimension %u of the target must be %lld", i,
                         (long long) y_pred->dims[i]);
  return 0;
}

static int32_t
value (const void *self, const DnnHost *host, DnnLossPass *p)
{
  const double delta = ((const Huber *) self)->delta;
  const int64_t n = p->y_pred->dims[0];
  const int64_t m = n > 0 ? dnn_count (p->y_pred) / n : 0;
  const float *y = dnn_f32 (p->y_pred), *t = dnn_f32 (p->y_true);

  (void) host;
  for (int64_t i = 0; i < n; i++, y += m, t += m) {
    double sum = 0;

    for (int64_t j = 0; j < m; j++) {
      const double e = fabs ((double) y[j] - t[j]);

      sum += e <= delta ? 0.5 * e * e : delta * e - 0.5 * delta * delta;
    }
    p->value[i] = (float) (sum / (double) m);
  }
  return 0;
}

static int32_t
gradient (const void *self, const DnnHost *host, DnnLossPass *p)
{
  const float delta = (float) ((const Huber *) self)->delta;
  const int64_t n = p->y_pred->dims[0];
  const int64_t m = n > 0 ? dnn_count (p->y_pred) / n : 0;
  const float *y = dnn_f32 (p->y_pred), *t = dnn_f32 (p->y_true);
  float *dy = dnn_f32 (p->dy_pred);

  (void) host;
  for (int64_t i = 0; i < n; i++, y += m, t += m, dy += m) {
    const float scale = p->scale[i] / (float) m;

    for (int64_t j = 0; j < m; j++) {
      const float e = y[j] - t[j];

      dy[j] = scale * (e > delta ? delta : e < -delta ? -delta : e);
    }
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
  .name = "hard_huber",
  .title = "Huber",
  .version = "1.0",
  .summary = "square near 0, straight beyond",
  .reference = "Huber: Robust estimation of a location parameter, 1964",
  .self_size = sizeof (Huber),
  .params = params,
  .n_params = sizeof params / sizeof params[0],
  .param_stride = sizeof params[0],
  .ops = &ops,
};
