/* top_k - share of samples whose right class is among the k first
 *
 *   y: N×...×C    t one axis less, or N×...×1: the class; else like y: argmax t
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

enum { SUM, COUNT, N_STATE };

static const DnnParam params[] = {
  DNN_INT (TopK, k, "5", 1, 1 << 24, "classes", "how many count as first"),
};

static bool
is_sparse (const DnnTensor *y, const DnnTensor *t)
{
  return t->n_dims < y->n_dims || dnn_columns (t) == 1;
}

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  const DnnTensor *y = b->x[0], *t = b->x[1];
  int64_t wanted;

  (void) self;
  if (y->n_dims < 2 || t->n_dims < 1 || y->dims[0] != t->dims[0])
    return host->fail (b, "prediction must be a row of classes a sample");
  wanted = is_sparse (y, t) ? dnn_rows (y) : dnn_count (y);
  if (dnn_count (t) != wanted)
    return host->fail (
        b,
        "a sample has %lld targets, and its prediction goes with "
        "%lld",
        (long long) (dnn_count (t) / t->dims[0]),
        (long long) (wanted / t->dims[0]));
  host->set_state (b, N_STATE);
  return 0;
}

/* The right class of a row, or -1 if the label is none. */
static int64_t
class_of (const DnnMetricPass *p, int64_t row)
{
  const int64_t c = dnn_columns (p->y_pred);
  const float *t = dnn_f32 (p->y_true);
  int64_t best = 0;

  if (is_sparse (p->y_pred, p->y_true))
    return t[row] >= 0 && t[row] < (float) c ? (int64_t) t[row] : -1;
  t += row * c;
  for (int64_t j = 1; j < c; j++)
    best = t[j] > t[best] ? j : best;
  return best;
}

static bool
is_right (const TopK *top, const DnnMetricPass *p, int64_t row)
{
  const int64_t c = dnn_columns (p->y_pred), right = class_of (p, row);
  const float *y = dnn_f32 (p->y_pred) + row * c;
  int64_t n_larger = 0;

  if (right < 0 || !isfinite (y[right]))
    return false;
  for (int64_t j = 0; j < c; j++)
    n_larger += y[j] > y[right];
  return n_larger < top->k;
}

static int32_t
update (const void *self, const DnnHost *host, DnnMetricPass *p)
{
  const int64_t samples = p->y_pred->dims[0];
  const int64_t answers = dnn_rows (p->y_pred) / samples; /* of a sample */

  (void) host;
  for (int64_t i = 0; i < samples; i++) {
    const double weight = p->sample_weight != NULL ? p->sample_weight[i] : 1;
    int64_t right = 0;

    for (int64_t k = 0; k < answers; k++)
      right += is_right (self, p, i * answers + k);
    p->state[SUM] += weight * (double) right / (double) answers;
    p->state[COUNT] += weight;
  }
  return 0;
}

static void
result (const void *self, const double *state, int64_t n, double *ret)
{
  (void) self;
  (void) n;
  *ret = state[COUNT] > 0 ? state[SUM] / state[COUNT] : 0;
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
