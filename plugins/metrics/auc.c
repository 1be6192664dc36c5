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
 * + (B' - s p') ln (p / p')) / P Predictions must be between 0 and 1; those of
 * all classes count together.
 */
#include <dnn/plugin.h>
#include <math.h>

typedef struct {
  int64_t num_thresholds; /* T */
  int32_t curve;
  int32_t summation_method;
} Auc;

enum { ROC, PR };
enum { INTERPOLATION, MINORING, MAJORING };

/* A threshold's sums: B and F, then its point on the curve. */
typedef struct {
  double right, wrong;
  double x, y;
} Point;

static const DnnParam params[] = {
  DNN_INT (Auc, num_thresholds, "200", 2, 1 << 20, "thresholds",
           "how finely the curve is drawn"),
  DNN_ENUM (Auc, curve, "ROC", "ROC PR", "which curve"),
  DNN_ENUM (Auc, summation_method, "interpolation",
            "interpolation minoring majoring", "height between two thresholds"),
};

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  host->set_state (b, 2 * ((const Auc *) self)->num_thresholds);
  return host->match_targets (b, DNN_TARGET_VALUES | DNN_TARGET_LABELS);
}

/* State: weights of t, then of 1 - t, by the last threshold that y is above. */
static int32_t
update (const void *self, const DnnHost *host, DnnMetricPass *p)
{
  const int64_t last = ((const Auc *) self)->num_thresholds - 1;
  const int64_t n = p->y_pred->n_dims > 1 ? dnn_columns (p->y_pred) : 1;
  const int64_t all = dnn_count (p->y_pred);
  const int64_t of_sample = all / p->y_pred->dims[0];
  const float *y = dnn_f32 (p->y_pred);

  for (int64_t i = 0; i < all; i++) {
    const double weight = dnn_weight_of (p, i / of_sample);
    const float t = dnn_target_at (p, i / n, i % n, n) != 0;
    int64_t above;

    if (!(y[i] >= 0 && y[i] <= 1))
      return host->fail (p, "prediction '%g' is not between 0 and 1",
                         (double) y[i]);
    above = (int64_t) fmaxf (ceilf (y[i] * (float) last) - 1, 0);
    p->state[above] += weight * t;
    p->state[last + 1 + above] += weight * (1 - t);
  }
  return 0;
}

static double
ratio (double a, double b)
{
  return b != 0 ? a / b : 0;
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

static void
result (const void *self, const double *state, int64_t n, double *ret)
{
  const Auc *auc = self;
  const int64_t thresholds = n / 2;
  double positives = 0, negatives = 0, sum = 0;
  Point b = { 0 };

  for (int64_t i = 0; i < thresholds; i++) {
    positives += state[i];
    negatives += state[thresholds + i];
  }
  /* From the last threshold, above which there is nothing, to the first. */
  for (int64_t i = thresholds - 1; i >= 0; i--) {
    Point a = { b.right + state[i], b.wrong + state[thresholds + i], 0, 0 };

    a.y = ratio (a.right, auc->curve == ROC ? positives : a.right + a.wrong);
    a.x = auc->curve == ROC ? ratio (a.wrong, negatives)
                            : ratio (a.right, positives);
    if (i < thresholds - 1)
      sum += area (auc, &a, &b, positives);
    b = a;
  }
  *ret = sum;
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
