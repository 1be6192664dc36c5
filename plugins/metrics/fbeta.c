/* fbeta - mean of precision and recall, recall β times as important
 *
 *   found = y > threshold; without one: y is the largest of its row and not 0,
 *           where a row is one number y > 0.5
 *   P = B / (F + ε)    R = B / (T + ε)    ε = 1e-7
 *   B, F, T: Σ weight · found · t, found, t
 *   Fᵦ = (1 + β²) P R / (β² P + R + ε)
 *
 * for every class; average says what becomes of them: `macro` their mean,
 * `weighted` by the share of t, `micro` one Fᵦ of the sums over classes, `none`
 * one number a class.  t: numbers like y, 0 or 1, or a label a row.
 */
#include <dnn/plugin.h>
#include <math.h>
#include <stdbool.h>

typedef struct {
  double beta; /* β */
  int32_t average;
  double threshold; /* -1: none */
} Fbeta;

enum { BOTH, FOUND, RIGHT, N_SUMS }; /* of each class */
enum { NONE, MICRO, MACRO, WEIGHTED };

static const double epsilon = 1e-7;

static const DnnParam params[] = {
  DNN_FLOAT (Fbeta, beta, "1", 1e-6, 1e6, "factor",
             "how many times as important recall is"),
  DNN_ENUM (Fbeta, average, "macro", "none micro macro weighted",
            "what becomes of the classes' numbers"),
  DNN_FLOAT (Fbeta, threshold, "-1", -1, 1, "probability",
             "what is above it is found; -1: the largest of a row is"),
};

static int64_t
classes_of (const DnnTensor *y)
{
  return y->n_dims > 1 ? dnn_columns (y) : 1;
}

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  const Fbeta *fbeta = self;
  const int64_t n = classes_of (b->x[0]);

  if (fbeta->threshold < 0 && fbeta->threshold != -1)
    return host->fail (b, "threshold must be from 0 to 1, not '%g'",
                       fbeta->threshold);
  host->set_state (b, N_SUMS * n);
  if (fbeta->average == NONE)
    host->set_output (b, 0, DNN_SHAPE (n));
  return host->match_targets (b, DNN_TARGET_VALUES | DNN_TARGET_LABELS);
}

/* The bar that a number of the row must reach to be found. */
static float
threshold_of (const Fbeta *f, const float *y, int64_t n)
{
  float max = y[0];

  for (int64_t j = 1; j < n; j++)
    max = y[j] > max ? y[j] : max;
  if (f->threshold >= 0 || n == 1)
    return nextafterf (f->threshold < 0 ? 0.5f : (float) f->threshold,
                       INFINITY);
  return max;
}

static int32_t
update (const void *self, const DnnHost *host, DnnMetricPass *p)
{
  const Fbeta *f = self;
  const int64_t n = classes_of (p->y_pred), all = dnn_count (p->y_pred) / n;
  const int64_t rows = all / p->y_pred->dims[0]; /* of a sample */

  (void) host;
  for (int64_t i = 0; i < all; i++) {
    const float *y = dnn_f32 (p->y_pred) + i * n;
    const float threshold = threshold_of (f, y, n);
    const double weight = dnn_weight_of (p, i / rows);

    for (int64_t j = 0; j < n; j++) {
      const bool found =
          y[j] >= threshold && (f->threshold >= 0 || fabsf (y[j]) > 1e-9f);
      const double t = dnn_target_at (p, i, j, n);
      double *sums = p->state + N_SUMS * j;

      sums[BOTH] += found ? weight * t : 0;
      sums[FOUND] += found ? weight : 0;
      sums[RIGHT] += weight * t;
    }
  }
  return 0;
}

static double
score_of (const Fbeta *f, const double *sums)
{
  const double square = f->beta * f->beta;
  const double precision = sums[BOTH] / (sums[FOUND] + epsilon);
  const double recall = sums[BOTH] / (sums[RIGHT] + epsilon);

  return (1 + square) * precision * recall /
         (square * precision + recall + epsilon);
}

static void
result (const void *self, const double *state, int64_t n, double *ret)
{
  const Fbeta *f = self;
  const int64_t classes = n / N_SUMS;
  double all[N_SUMS] = { 0 }, mean = 0, weighted = 0;

  for (int64_t j = 0; j < classes; j++) {
    const double *sums = state + N_SUMS * j;

    if (f->average == NONE)
      ret[j] = score_of (f, sums);
    for (int k = 0; k < N_SUMS; k++)
      all[k] += sums[k];
    mean += score_of (f, sums) / (double) classes;
    weighted += score_of (f, sums) * sums[RIGHT];
  }
  if (f->average != NONE)
    *ret = f->average == MICRO      ? score_of (f, all)
           : f->average == WEIGHTED ? weighted / (all[RIGHT] + epsilon)
                                    : mean;
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
  .name = "fbeta",
  .title = "FBetaScore",
  .version = "1.0",
  .summary = "mean of precision and recall, weighted by beta",
  .reference = "https://keras.io/api/metrics/classification_metrics/",
  .self_size = sizeof (Fbeta),
  .params = params,
  .n_params = sizeof params / sizeof params[0],
  .param_stride = sizeof params[0],
  .ops = &ops,
  .example_inputs = "4; 1",
};
