/* accuracy - share of right answers; which kind follows from the shapes
 *
 *   y: N×1 or N         right where (y > 0.5) = t
 *   y: N×...×C          right where argmax y = t, t: a label a row
 *                       right where argmax y = argmax t, t like y
 *
 * A sample with several answers counts their mean; the result is
 * Σ weight · right / Σ weight.
 */
#include <dnn/plugin.h>
#include <stdbool.h>

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  (void) self;
  host->set_state (b, DNN_MEAN_STATE);
  return host->match_targets (b, DNN_TARGET_VALUES | DNN_TARGET_LABELS);
}

static int64_t
argmax (const float *x, int64_t n)
{
  float most = x[0];
  int64_t best = 0;

  for (int64_t j = 1; j < n; j++) {
    best = x[j] > most ? j : best;
    most = x[j] > most ? x[j] : most;
  }
  return best;
}

/* Whether the answer of row `row`, of c numbers, is right. */
static bool
is_right (const DnnMetricPass *p, bool labels, int64_t row, int64_t c)
{
  const float *y = dnn_f32 (p->y_pred) + row * c, *t = dnn_f32 (p->y_true);

  if (c == 1)
    return (*y > 0.5f ? 1.0f : 0.0f) == t[row];
  if (labels)
    return (float) argmax (y, c) == t[row];
  return argmax (y, c) == argmax (t + row * c, c);
}

static int32_t
update (const void *self, const DnnHost *host, DnnMetricPass *p)
{
  const int64_t samples = p->y_pred->dims[0];
  const int64_t c = p->y_pred->n_dims > 1 ? dnn_columns (p->y_pred) : 1;
  const int64_t answers = samples > 0 ? dnn_count (p->y_pred) / c / samples : 0;
  const bool labels = dnn_has_labels (p);

  (void) self;
  (void) host;
  for (int64_t i = 0; i < samples; i++) {
    const double weight = dnn_weight_of (p, i);
    int64_t right = 0;

    for (int64_t k = i * answers; k < (i + 1) * answers; k++)
      right += is_right (p, labels, k, c);
    p->state[DNN_MEAN_SUM] += weight * ((double) right / (double) answers);
    p->state[DNN_MEAN_WEIGHT] += weight;
  }
  return 0;
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
  .name = "accuracy",
  .title = "Accuracy",
  .version = "1.0",
  .summary = "share of right answers; which kind follows from the shapes",
  .reference = "https://keras.io/api/metrics/accuracy_metrics/",
  .ops = &ops,
  .example_inputs = "4; 1",
};
