/* auc - area under the ROC or precision-recall curve
 *
 *   found at threshold θᵢ = y > θᵢ    θᵢ = i / (T - 1), i < T; θ₀ counts all
 *   B, F, P, N: Σ weight · found · t, found · (1 - t), t, 1 - t
 *   ROC: B / P over F / N    PR: precision B / (B + F) over recall B / P
 *
 * summed from threshold to threshold by the height's mean, minimum or maximum.
 * The PR curve's interpolation is that of Davis, Goadrich: The relationship
 * between precision-recall and ROC curves, ICML 2006: with p = B + F, from p'
 * and B' of the next threshold, slope s = (B - B') / (p - p'), area = s (B - B'
 * + (B' - s p') ln (p / p')) / P
 *
 * `thresholds` are those between 0 and 1 instead.  T = 0: every prediction is a
 * threshold, and the area exact; predictions may then be any numbers.
 * Predictions of all classes count together; with multi_label each class has a
 * curve, and the result is their mean, by label_weights.
 */
#include <dnn/plugin.h>
#include <math.h>
#include <stdbool.h>

typedef struct {
  int64_t num_thresholds; /* T */
  int32_t curve;
  int32_t summation_method;
  DnnFloats thresholds;
  bool multi_label;
  DnnFloats label_weights;
  bool from_logits;
  int64_t capacity;
} Auc;

enum { ROC, PR };
enum { INTERPOLATION, MINORING, MAJORING };

/* A threshold's sums: B and F, then its point on the curve. */
typedef struct {
  double right, wrong;
  double x, y;
} Point;

static const DnnParam params[] = {
  DNN_INT (Auc, num_thresholds, "200", 0, 1 << 20, "thresholds",
           "how finely the curve is drawn; 0: exactly"),
  DNN_ENUM (Auc, curve, "ROC", "ROC PR", "which curve"),
  DNN_ENUM (Auc, summation_method, "interpolation",
            "interpolation minoring majoring", "height between two thresholds"),
  DNN_ROW (Auc, thresholds, NULL, DNN_PARAM_FLOATS, 0, "", 0, 1, "probability",
           "those between 0 and 1, instead of num_thresholds", NULL),
  DNN_BOOL (Auc, multi_label, "false",
            "a curve for each class, and their mean"),
  DNN_ROW (Auc, label_weights, NULL, DNN_PARAM_FLOATS, 0, "", 0, 1e30, "weight",
           "of each class; none: all alike", NULL),
  DNN_BOOL (Auc, from_logits, "false",
            "predictions are made probabilities by a sigmoid"),
  DNN_INT (Auc, capacity, "1048576", 1, 1 << 28, "predictions",
           "most predictions of a curve that is exact"),
};

static DnnThresholds
thresholds_of (const Auc *auc)
{
  return (DnnThresholds){ auc->num_thresholds, &auc->thresholds, auc->capacity,
                          1 };
}

static int64_t
width_of (const DnnTensor *y)
{
  return y->n_dims > 1 ? dnn_columns (y) : 1;
}

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  const Auc *auc = self;
  const DnnThresholds thresholds = thresholds_of (auc);
  const int64_t n = width_of (b->x[0]);

  if (dnn_thresholds_count (&thresholds) == 1)
    return host->fail (b, "num_thresholds must be 0 or at least 2, not '1'");
  if (auc->label_weights.n != 0 && auc->label_weights.n != n)
    return host->fail (b,
                       "label_weights must be one number for each of %lld "
                       "classes, not '%lld' numbers",
                       (long long) n, (long long) auc->label_weights.n);
  host->set_state (b, (auc->multi_label ? n : 1) *
                          dnn_thresholds_size (&thresholds));
  return host->match_targets (b, DNN_TARGET_VALUES | DNN_TARGET_LABELS);
}

/* A prediction into the state of its curve. */
static int32_t
take (const Auc *auc, const DnnHost *host, DnnMetricPass *p, double *state,
      float y, double weight, bool right)
{
  const DnnThresholds thresholds = thresholds_of (auc);
  const bool exact = dnn_thresholds_count (&thresholds) == 0;

  if (auc->from_logits && !exact) /* the order is the same without it */
    host->sigmoid (&y, &y, 1);
  if (!(exact ? isfinite (y) : y >= 0 && y <= 1))
    return host->fail (p, "prediction '%g' is not %s", (double) y,
                       exact ? "finite" : "between 0 and 1");
  if (dnn_thresholds_take (&thresholds, state, y, weight, right) != 0)
    return host->fail (p, "there are more than capacity = %lld predictions",
                       (long long) auc->capacity);
  return 0;
}

static int32_t
update (const void *self, const DnnHost *host, DnnMetricPass *p)
{
  const Auc *auc = self;
  const DnnThresholds thresholds = thresholds_of (auc);
  const int64_t size = dnn_thresholds_size (&thresholds);
  const int64_t n = width_of (p->y_pred), all = dnn_count (p->y_pred);
  const int64_t of_sample = all / p->y_pred->dims[0];
  const float *y = dnn_f32 (p->y_pred);
  const bool apart = auc->multi_label;

  for (int64_t i = 0; i < all; i++) {
    const int64_t j = i % n;
    const double by =
        !apart && auc->label_weights.n > 0 ? auc->label_weights.at[j] : 1;

    if (take (auc, host, p, p->state + (apart ? j * size : 0), y[i],
              by * dnn_weight_of (p, i / of_sample),
              dnn_target_at (p, i / n, j, n) != 0) != 0)
      return -1;
  }
  return 0;
}

static double
ratio (double a, double b)
{
  return b != 0 ? a / b : 0;
}

static Point
point_at (const Auc *auc, double right, double wrong, const Point *all)
{
  Point a = { right, wrong, 0, 0 };

  if (auc->curve == ROC) {
    a.x = ratio (wrong, all->wrong);
    a.y = ratio (right, all->right);
  } else {
    a.x = ratio (right, all->right);
    a.y = ratio (right, right + wrong);
  }
  return a;
}

static double
area (const Auc *auc, const Point *a, const Point *b, double positives)
{
  const double p = a->right + a->wrong, next = b->right + b->wrong;
  const double slope = ratio (a->right - b->right, fmax (p - next, 0));
  const double rest = b->right - slope * next;

  if (auc->curve == PR && auc->summation_method == INTERPOLATION)
    return ratio (slope * (a->right - b->right +
                           (p > 0 && next > 0 ? rest * log (p / next) : 0)),
                  positives);
  switch (auc->summation_method) {
  case MINORING:
    return (a->x - b->x) * fmin (a->y, b->y);
  case MAJORING:
    return (a->x - b->x) * fmax (a->y, b->y);
  default:
    return (a->x - b->x) * (a->y + b->y) / 2;
  }
}

/* Of one curve, from the last threshold, above which there is nothing. */
static double
area_of (const Auc *auc, const DnnThresholds *thresholds, const double *state)
{
  DnnThresholdWalk walk;
  Point all = { 0 }, b;
  double right, wrong, sum = 0;

  if (state[0] < 0)
    return NAN; /* more predictions than there is room for */
  dnn_thresholds_start (thresholds, state, &walk);
  while (dnn_thresholds_next (&walk, &right, &wrong)) {
    all.right += right;
    all.wrong += wrong;
  }
  b = point_at (auc, 0, 0, &all);
  dnn_thresholds_start (thresholds, state, &walk);
  while (dnn_thresholds_next (&walk, &right, &wrong)) {
    const Point a = point_at (auc, b.right + right, b.wrong + wrong, &all);

    sum += area (auc, &a, &b, all.right);
    b = a;
  }
  return sum;
}

static void
result (const void *self, const double *state, int64_t n, double *ret)
{
  const Auc *auc = self;
  const DnnThresholds thresholds = thresholds_of (auc);
  const int64_t size = dnn_thresholds_size (&thresholds);
  double sum = 0, weights = 0;

  for (int64_t j = 0; j < n / size; j++, state += size) {
    const double weight =
        n > size && auc->label_weights.n > 0 ? auc->label_weights.at[j] : 1;

    sum += weight * area_of (auc, &thresholds, state);
    weights += weight;
  }
  *ret = ratio (sum, weights);
}

static void
merge (const void *self, double *into, const double *from, int64_t n)
{
  const DnnThresholds thresholds = thresholds_of (self);
  const int64_t size = dnn_thresholds_size (&thresholds);

  for (int64_t k = 0; k < n; k += size)
    dnn_thresholds_merge (&thresholds, into + k, from + k);
}

static const DnnMetricOps ops = {
  DNN_METRIC_OPS (+1), .build = build,   .update = update,
  .merge = merge,      .result = result,
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_METRIC,
  .name = "auc",
  .title = "AUC",
  .version = "1.0",
  .summary = "area under the ROC or precision-recall curve",
  .reference = "https://keras.io/api/metrics/classification_metrics/",
  .self_size = sizeof (Auc),
  .params = params,
  .n_params = sizeof params / sizeof params[0],
  .param_stride = sizeof params[0],
  .ops = &ops,
  .example_inputs = "1; 1",
};
