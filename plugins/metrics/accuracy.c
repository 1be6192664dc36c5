/* accuracy - share of right answers
 *
 *   y: N×...×1                      right where (y > ½) = t
 *   t one axis less, or N×...×1     right where argmax y = t
 *   t like y                        right where argmax y = argmax t
 *
 * as Keras resolves the name.  A sample with several answers counts their mean;
 * the result is Σ weight · right / Σ weight.
 */
#include <dnn/plugin.h>
#include <stdbool.h>

enum { SUM, COUNT, N_STATE };

static bool
is_binary (const DnnTensor *y)
{
  return y->n_dims < 2 || dnn_columns (y) == 1;
}

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
  if (y->n_dims < 1 || t->n_dims < 1 || y->dims[0] != t->dims[0])
    return host->fail (b, "a batch of %lld predictions has %lld targets",
                       (long long) y->dims[0], (long long) t->dims[0]);
  wanted = is_binary (y) || !is_sparse (y, t) ? dnn_count (y) : dnn_rows (y);
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

static int64_t
argmax (const float *y, int64_t n)
{
  int64_t best = 0;

  for (int64_t j = 1; j < n; j++)
    best = y[j] > y[best] ? j : best;
  return best;
}

static bool
is_right (const DnnMetricPass *p, int64_t row)
{
  const int64_t c = is_binary (p->y_pred) ? 1 : dnn_columns (p->y_pred);
  const float *y = dnn_f32 (p->y_pred) + row * c, *t = dnn_f32 (p->y_true);

  if (is_binary (p->y_pred))
    return (*y > 0.5f ? 1.0f : 0.0f) == t[row];
  if (is_sparse (p->y_pred, p->y_true))
    return (float) argmax (y, c) == t[row];
  return argmax (y, c) == argmax (t + row * c, c);
}

static int32_t
update (const void *self, const DnnHost *host, DnnMetricPass *p)
{
  const int64_t samples = p->y_pred->dims[0];
  const int64_t answers = /* of a sample */
      is_binary (p->y_pred) ? dnn_count (p->y_pred) / samples
                            : dnn_rows (p->y_pred) / samples;

  (void) self;
  (void) host;
  for (int64_t i = 0; i < samples; i++) {
    const double weight = p->sample_weight != NULL ? p->sample_weight[i] : 1;
    int64_t right = 0;

    for (int64_t k = 0; k < answers; k++)
      right += is_right (p, i * answers + k);
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
  .name = "accuracy",
  .title = "Accuracy",
  .version = "1.0",
  .summary = "share of right answers; which kind follows from the shapes",
  .reference = "https://keras.io/api/metrics/accuracy_metrics/",
  .ops = &ops,
  .example_inputs = "4; 1",
};
