/* precision - share of what was found that is right
 *
 *   found = y > threshold (of a row, only among the top_k largest)
 *   precision = Σ weight · found · t / Σ weight · found    0 where nothing is
 *
 * over all numbers of all rows, or those of class_id alone.  t: numbers like y,
 * 0 or not, or a label a row.  With share_of = actual the sum below is that of
 * t: recall.  Without top_k the threshold is 0.5 unless it is given; several
 * give a number each.
 */
#include <dnn/plugin.h>
#include <math.h>
#include <stdbool.h>

typedef struct {
  DnnFloats thresholds; /* -1: as said above */
  int64_t top_k;        /* 0: all */
  int64_t class_id;     /* -1: all */
  int32_t share_of;
} Precision;

enum { BOTH, FOUND, RIGHT, N_STATE };
enum { PREDICTED, ACTUAL };

static const DnnParam params[] = {
  DNN_ROW (Precision, thresholds, "threshold", DNN_PARAM_FLOATS, 0, "-1", -1, 1,
           "probability", "what is above it is found; -1: 0.5, with top_k any",
           NULL),
  DNN_INT (Precision, top_k, "0", 0, 1 << 24, "classes",
           "only the largest of a row can be found; 0: all"),
  DNN_INT (Precision, class_id, "-1", -1, 1 << 24, "class",
           "the class that is looked at; -1: all"),
  DNN_ENUM (Precision, share_of, "predicted", "predicted actual",
            "what the right ones are divided by"),
};

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  const int64_t id = ((const Precision *) self)->class_id;
  const int64_t n = ((const Precision *) self)->thresholds.n;

  if (n == 0)
    return host->fail (b, "there must be a threshold");
  for (int64_t i = 0; i < n; i++) {
    const double threshold = ((const Precision *) self)->thresholds.at[i];

    if (threshold < 0 && threshold != -1)
      return host->fail (b, "thresholds must be from 0 to 1, not '%g'",
                         threshold);
  }
  if (id >= dnn_columns (b->x[0]))
    return host->fail (b, "class_id must be below %lld, not '%lld'",
                       (long long) dnn_columns (b->x[0]), (long long) id);
  if (n > 1)
    host->set_output (b, 0, DNN_SHAPE (n));
  host->set_state (b, N_STATE * n);
  return host->match_targets (b, DNN_TARGET_VALUES | DNN_TARGET_LABELS);
}

/* True if prediction j of a row of n may be found at all: of equals, the first
 * are. */
static bool
is_among (const Precision *precision, const float *y, int64_t j, int64_t n)
{
  int64_t n_before = 0;

  for (int64_t k = 0; precision->top_k > 0 && k < n; k++)
    n_before += y[k] > y[j] || (y[k] == y[j] && k < j);
  return precision->top_k == 0 || n_before < precision->top_k;
}

static void
count (const Precision *precision, float y, bool among, bool right,
       double weight, double *state)
{
  const double unset = precision->top_k > 0 ? -INFINITY : 0.5;

  for (int64_t k = 0; k < precision->thresholds.n; k++, state += N_STATE) {
    const double threshold = precision->thresholds.at[k];
    const bool found = among && y > (float) (threshold < 0 ? unset : threshold);

    state[BOTH] += found && right ? weight : 0;
    state[FOUND] += found ? weight : 0;
    state[RIGHT] += right ? weight : 0;
  }
}

static int32_t
update (const void *self, const DnnHost *host, DnnMetricPass *p)
{
  const Precision *precision = self;
  const int64_t n = p->y_pred->n_dims > 1 ? dnn_columns (p->y_pred) : 1;
  const int64_t all = dnn_count (p->y_pred) / n;
  const int64_t rows = all / p->y_pred->dims[0]; /* of a sample */
  const int64_t id = precision->class_id;

  (void) host;
  for (int64_t i = 0; i < all; i++) {
    const float *y = dnn_f32 (p->y_pred) + i * n;
    const double weight = dnn_weight_of (p, i / rows);

    for (int64_t j = id < 0 ? 0 : id; j < (id < 0 ? n : id + 1); j++)
      count (precision, y[j], is_among (precision, y, j, n),
             dnn_target_at (p, i, j, n) != 0, weight, p->state);
  }
  return 0;
}

static void
result (const void *self, const double *state, int64_t n, double *ret)
{
  const Precision *precision = self;
  const int share_of = precision->share_of == ACTUAL ? RIGHT : FOUND;

  for (int64_t k = 0; k < n / N_STATE; k++, state += N_STATE)
    ret[k] = state[share_of] > 0 ? state[BOTH] / state[share_of] : 0;
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
  .name = "precision",
  .title = "Precision",
  .version = "1.0",
  .summary = "share of what was found that is right",
  .reference = "https://keras.io/api/metrics/classification_metrics/",
  .self_size = sizeof (Precision),
  .params = params,
  .n_params = sizeof params / sizeof params[0],
  .param_stride = sizeof params[0],
  .ops = &ops,
  .example_inputs = "1; 1",
};
