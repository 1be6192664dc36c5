/* cosine_similarity - 1 where two rows point the same way, -1 where opposite
 *
 *   Σⱼ tⱼ yⱼ / ‖t‖ / ‖y‖
 *
 * over a row; a norm is never taken for less than 1e-7, as in Keras.  A sample
 * with several rows counts their mean; the result is
 * Σ weight · similarity / Σ weight.
 */
#include <dnn/plugin.h>
#include <math.h>

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  (void) self;
  if (b->x[0]->n_dims < 2)
    return host->fail (b, "prediction must be a row of numbers a sample");
  host->set_state (b, DNN_MEAN_STATE);
  return host->match_targets (b, DNN_TARGET_VALUES);
}

static double
similarity (const float *y, const float *t, int64_t n)
{
  double dot = 0, y_y = 0, t_t = 0;

  for (int64_t j = 0; j < n; j++) {
    dot += (double) y[j] * t[j];
    y_y += (double) y[j] * y[j];
    t_t += (double) t[j] * t[j];
  }
  return dot / sqrt (fmax (y_y, 1e-14)) / sqrt (fmax (t_t, 1e-14));
}

static double
value_of (const void *self, const DnnMetricPass *p, int64_t i)
{
  const int64_t n = dnn_columns (p->y_pred);
  const int64_t rows = dnn_rows (p->y_pred) / p->y_pred->dims[0];
  double sum = 0;

  (void) self;
  for (int64_t k = i * rows; k < (i + 1) * rows; k++)
    sum += similarity (dnn_f32 (p->y_pred) + k * n, dnn_f32 (p->y_true) + k * n,
                       n);
  return sum / (double) rows;
}

static int32_t
update (const void *self, const DnnHost *host, DnnMetricPass *p)
{
  (void) host;
  return dnn_mean_update (self, p, value_of);
}

static void
result (const void *self, const double *state, int64_t n, double *ret)
{
  (void) self;
  (void) n;
  *ret = dnn_mean_of (state);
}

static const DnnMetricOps ops = {
  DNN_METRIC_OPS (+1),
  .build = build,
  .update = update,
  .result = result,
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_METRIC,
  .name = "cosine_similarity",
  .title = "CosineSimilarity",
  .version = "1.0",
  .summary = "1 where two rows point the same way, -1 where opposite",
  .reference = "https://keras.io/api/metrics/regression_metrics/",
  .ops = &ops,
  .example_inputs = "4; 4",
};
