/* frozen.metric - share of predictions that are near their target
 *
 *   Σ weight right / Σ weight        right = share of |y - t| ≤ τ in a sample
 *
 * The formula comes first; what follows computes it.  Put yours in its place,
 * and go on from 1 to 6.
 */
#include <dnn/plugin.h>
#include <math.h>

/* 1. What a user can set.  The host makes this struct and fills it; a plugin
 * only reads it. */
typedef struct {
  double tolerance; /* τ */
} Parameters;

/* 2. A row for each member: its default as text, smallest and largest value,
 * unit, and a line of help.  Rows for other types are in dnn/abi/param.h. */
static const DnnParam params[] = {
  DNN_FLOAT (Parameters, tolerance, "0.25", 0, 1e30, "target",
             "largest difference that is right"),
};

/* Numbers of the state: sums, so that two states can be added. */
enum { SUM, COUNT, N_STATE };

/* 3. Whether these shapes can be compared (x[0] is the prediction, x[1] the
 * target; dims[0] is the batch), and how many numbers the state has. */
static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  const DnnTensor *y = b->x[0], *t = b->x[1];

  (void) self;
  if (y->n_dims < 1 || t->n_dims < 1 || y->dims[0] != t->dims[0] ||
      dnn_count (y) != dnn_count (t))
    return host->fail (b,
                       "%lld predictions have %lld targets; they must be "
                       "as many",
                       (long long) dnn_count (y), (long long) dnn_count (t));
  host->set_state (b, N_STATE);
  return 0;
}

/* 4. Takes a batch into the state, which begins at 0. */
static int32_t
update (const void *self, const DnnHost *host, DnnMetricPass *p)
{
  const double tolerance = ((const Parameters *) self)->tolerance;
  const int64_t samples = p->y_pred->dims[0];
  const int64_t n = dnn_count (p->y_pred) / samples;
  const float *y = dnn_f32 (p->y_pred), *t = dnn_f32 (p->y_true);

  (void) host;
  for (int64_t i = 0; i < samples; i++, y += n, t += n) {
    const double weight = p->sample_weight != NULL ? p->sample_weight[i] : 1;
    int64_t right = 0;

    for (int64_t j = 0; j < n; j++)
      right += fabs ((double) y[j] - t[j]) <= tolerance;
    p->state[SUM] += weight * (double) right / (double) n;
    p->state[COUNT] += weight;
  }
  return 0;
}

/* 5. The number that the user reads, from the state so far.  States of parts of
 * the data are added; where that is wrong, a `merge` does it. */
static void
result (const void *self, const double *state, int64_t n, double *ret)
{
  (void) self;
  (void) n;
  *ret = state[COUNT] > 0 ? state[SUM] / state[COUNT] : 0;
}

static const DnnMetricOps ops = {
  DNN_METRIC_OPS (+1), /* +1: higher is better; -1: lower */
  .build = build,
  .update = update,
  .result = result,
};

/* 6. What the host reads before it calls anything: the one exported symbol.
 * The name is also the file's.  `example_inputs` are the shapes of one
 * sample's prediction and target, with which `dnnrun check` tries it. */
const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_METRIC,
  .name = "frozen.metric",
  .title = "Metric",
  .version = "0.1",
  .summary = "share of predictions that are near their target",
  .reference = "", /* paper or URL, with the number of the equation */
  .self_size = sizeof (Parameters),
  .params = params,
  .n_params = sizeof params / sizeof params[0],
  .param_stride = sizeof params[0],
  .ops = &ops,
  .example_inputs = "3; 3",
};
