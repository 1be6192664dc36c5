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

/* Which of the answers of `n` rows, of c numbers each, are right. */
static void
find_right (const float *y, const float *t, bool labels, int64_t n, int64_t c,
            bool *right)
{
  int64_t best[DNN_ROOM], truth[DNN_ROOM];

  if (c > 1)
    DNN_ROWS (dnn_rows_argmax, n, c, y, best);
  if (c > 1 && !labels)
    DNN_ROWS (dnn_rows_argmax, n, c, t, truth);
  for (int64_t i = 0; i < n; i++)
    right[i] = c == 1   ? (y[i] > 0.5f ? 1.0f : 0.0f) == t[i]
               : labels ? (float) best[i] == t[i]
                        : best[i] == truth[i];
}

static int64_t
count (const bool *right, int64_t n)
{
  int64_t sum = 0;

  for (int64_t i = 0; i < n; i++)
    sum += right[i];
  return sum;
}

static double
weight_of_all (const DnnMetricPass *p, int64_t samples)
{
  double sum = 0;

  if (p->sample_weight == NULL)
    return (double) samples;
  for (int64_t i = 0; i < samples; i++)
    sum += p->sample_weight[i];
  return sum;
}

static int32_t
update (const void *self, const DnnHost *host, DnnMetricPass *p)
{
  const int64_t samples = p->y_pred->dims[0];
  const int64_t c = p->y_pred->n_dims > 1 ? dnn_columns (p->y_pred) : 1;
  const int64_t rows = dnn_count (p->y_pred) / c;
  const int64_t answers = samples > 0 ? rows / samples : 0; /* of a sample */
  const bool labels = dnn_has_labels (p);
  const float *y = dnn_f32 (p->y_pred), *t = dnn_f32 (p->y_true);
  double sum = 0;

  (void) self;
  (void) host;
  for (int64_t first = 0, n; first < rows; first += n) {
    bool right[DNN_ROOM];

    n = dnn_fit (rows - first);
    find_right (y + first * c, t + first * (labels ? 1 : c), labels, n, c,
                right);
    if (p->sample_weight == NULL)
      sum += (double) count (right, n);
    else
      for (int64_t i = 0; i < n; i++)
        sum += right[i] * dnn_weight_of (p, (first + i) / answers);
  }
  p->state[DNN_MEAN_WEIGHT] += weight_of_all (p, samples);
  if (answers > 0)
    p->state[DNN_MEAN_SUM] += sum / (double) answers;
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
