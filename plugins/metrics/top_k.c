/* top_k - share of samples whose right class is among the k first
 *
 *   y: N×...×C    t: a label a row; else like y: argmax t
 *
 *   right where fewer than k classes have a larger y than the right one
 *
 * A sample with several answers counts their mean; the result is
 * Σ weight · right / Σ weight.
 */
#include <dnn/plugin.h>
#include <math.h>
#include <stdbool.h>

typedef struct {
  int64_t k;
} TopK;

static const DnnParam params[] = {
  DNN_INT (TopK, k, "5", 1, 1 << 24, "classes", "how many count as first"),
};

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  (void) self;
  if (b->x[0]->n_dims < 2)
    return host->fail (b, "prediction must be a row of classes a sample");
  host->set_state (b, DNN_MEAN_STATE);
  return host->match_targets (b, DNN_TARGET_VALUES | DNN_TARGET_LABELS);
}

/* The right class of a row, or -1 if the label is none. */
static int64_t
class_of (const DnnMetricPass *p, int64_t row, int64_t c)
{
  const float *t = dnn_f32 (p->y_true);
  int64_t best = 0;

  if (dnn_has_labels (p))
    return t[row] >= 0 && t[row] < (float) c ? (int64_t) t[row] : -1;
  t += row * c;
  for (int64_t j = 1; j < c; j++)
    best = t[j] > t[best] ? j : best;
  return best;
}

static bool
is_right (const TopK *top, const DnnMetricPass *p, int64_t row)
{
  const int64_t c = dnn_columns (p->y_pred), right = class_of (p, row, c);
  const float *y = dnn_f32 (p->y_pred) + row * c;
  int64_t n_larger = 0;

  if (right < 0 || !isfinite (y[right]))
    return false;
  for (int64_t j = 0; j < c; j++)
    n_larger += y[j] > y[right];
  return n_larger < top->k;
}

static double
value_of (const void *self, const DnnMetricPass *p, int64_t i)
{
  const int64_t answers = dnn_rows (p->y_pred) / p->y_pred->dims[0];
  int64_t right = 0;

  for (int64_t k = 0; k < answers; k++)
    right += is_right (self, p, i * answers + k);
  return (double) right / (double) answers;
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
  .name = "top_k",
  .title = "TopKCategoricalAccuracy",
  .version = "1.0",
  .summary = "share of samples whose right class is among the k first",
  .reference = "https://keras.io/api/metrics/accuracy_metrics/",
  .self_size = sizeof (TopK),
  .params = params,
  .n_params = sizeof params / sizeof params[0],
  .param_stride = sizeof params[0],
  .ops = &ops,
  .example = "k=2",
  .example_inputs = "4; 1",
};
