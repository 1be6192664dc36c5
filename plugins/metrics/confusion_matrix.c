/* confusion_matrix - how often each class (row) was taken for each (column)
 *
 *   M[a][p] = Σ weight over the rows of class a whose prediction is p
 *
 *   y: N×...×C   p: argmax y    a: a label a row, or argmax t of t like y
 *   y: N×1 or N  p: y > 0.5     a: t, 0 or 1; M: 2×2
 */
#include <dnn/plugin.h>

/* The most classes: a matrix of 2 GiB. */
enum { CLASSES = 1 << 14 };

static int64_t
width_of (const DnnTensor *y)
{
  return y->n_dims > 1 ? dnn_columns (y) : 1;
}

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  const int64_t width = width_of (b->x[0]), classes = width > 1 ? width : 2;

  (void) self;
  if (classes > CLASSES)
    return host->fail (b, "there must be at most %d classes, not '%lld'",
                       CLASSES, (long long) classes);
  host->set_state (b, classes * classes);
  host->set_output (b, 0, DNN_SHAPE (classes, classes));
  return host->match_targets (b, DNN_TARGET_VALUES | DNN_TARGET_LABELS);
}

/* The class that a row of n numbers stands for. */
static int64_t
class_of (const float *x, int64_t n)
{
  int64_t best = 0;

  if (n == 1)
    return *x > 0.5f;
  for (int64_t j = 1; j < n; j++)
    best = x[j] > x[best] ? j : best;
  return best;
}

static int32_t
update (const void *self, const DnnHost *host, DnnMetricPass *p)
{
  const int64_t n = width_of (p->y_pred), all = dnn_count (p->y_pred) / n;
  const int64_t rows = all / p->y_pred->dims[0]; /* of a sample */
  const int64_t classes = n > 1 ? n : 2;
  const float *y = dnn_f32 (p->y_pred), *t = dnn_f32 (p->y_true);

  (void) self;
  for (int64_t i = 0; i < all; i++) {
    const int64_t predicted = class_of (y + i * n, n);
    int64_t actual;

    if (dnn_has_labels (p) && !(t[i] >= 0 && t[i] < (float) classes))
      return host->fail (p, "label '%g' is not between 0 and %lld",
                         (double) t[i], (long long) classes - 1);
    actual = dnn_has_labels (p) ? (int64_t) t[i] : class_of (t + i * n, n);
    p->state[actual * classes + predicted] += dnn_weight_of (p, i / rows);
  }
  return 0;
}

static void
result (const void *self, const double *state, int64_t n, double *ret)
{
  (void) self;
  for (int64_t i = 0; i < n; i++)
    ret[i] = state[i];
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
  .name = "confusion_matrix",
  .title = "ConfusionMatrix",
  .version = "1.0",
  .summary = "how often each class (row) was taken for each (column)",
  .reference =
      "https://www.tensorflow.org/api_docs/python/tf/math/confusion_matrix",
  .ops = &ops,
  .example_inputs = "4; 1",
};
