/* f1 - harmonic mean of precision and recall
 *
 *   found = y > threshold; without one: y is the largest of its row and not 0,
 *           where a row is one number y > 0.5
 *   P = B / (F + ε)    R = B / (T + ε)    B, F, T: Σ weight · found · t, found,
 * t F₁ = 2 P R / (P + R + ε)    ε = 1e-7
 *
 * for every class; average says what becomes of them: `macro` their mean,
 * `weighted` by the share of t, `micro` one F₁ of the sums over classes, `none`
 * one number a class.  t: numbers like y, 0 or 1, or a label a row.
 */
#include <dnn/plugin.h>
#include <math.h>
#include <stdbool.h>

typedef struct {
  int32_t average;
  double threshold; /* -1: none */
} F1;

enum { BOTH, FOUND, RIGHT, N_SUMS }; /* of each class */
enum { NONE, MICRO, MACRO, WEIGHTED };

static const double epsilon = 1e-7;

static const DnnParam params[] = {
  DNN_ENUM (F1, average, "macro", "none micro macro weighted",
            "what becomes of the classes' numbers"),
  DNN_FLOAT (F1, threshold, "-1", -1, 1e30, "probability",
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
  const int64_t n = classes_of (b->x[0]);

  host->set_state (b, N_SUMS * n);
  if (((const F1 *) self)->average == NONE)
    host->set_output (b, 0, DNN_SHAPE (n));
  return host->match_targets (b, DNN_TARGET_VALUES | DNN_TARGET_LABELS);
}

/* What a number of the row must reach to be found. */
static float
threshold_of (const F1 *f1, const float *y, int64_t n)
{
  float max = y[0];

  for (int64_t j = 1; j < n; j++)
    max = y[j] > max ? y[j] : max;
  if (f1->threshold >= 0 || n == 1)
    return nextafterf (f1->threshold < 0 ? 0.5f : (float) f1->threshold,
                       INFINITY);
  return max;
}

static int32_t
update (const void *self, const DnnHost *host, DnnMetricPass *p)
{
  const F1 *f1 = self;
  const int64_t n = classes_of (p->y_pred), all = dnn_count (p->y_pred) / n;
  const int64_t rows = all / p->y_pred->dims[0]; /* of a sample */

  (void) host;
  for (int64_t i = 0; i < all; i++) {
    const float *y = dnn_f32 (p->y_pred) + i * n;
    const float threshold = threshold_of (f1, y, n);
    const double weight = dnn_weight_of (p, i / rows);

    for (int64_t j = 0; j < n; j++) {
      const bool found =
          y[j] >= threshold && (f1->threshold >= 0 || fabsf (y[j]) > 1e-9f);
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
f1_of (const double *sums)
{
  const double precision = sums[BOTH] / (sums[FOUND] + epsilon);
  const double recall = sums[BOTH] / (sums[RIGHT] + epsilon);

  return 2 * precision * recall / (precision + recall + epsilon);
}

static void
result (const void *self, const double *state, int64_t n, double *ret)
{
  const F1 *f1 = self;
  const int64_t classes = n / N_SUMS;
  double all[N_SUMS] = { 0 }, mean = 0, weighted = 0;

  for (int64_t j = 0; j < classes; j++) {
    const double *sums = state + N_SUMS * j;

    if (f1->average == NONE)
      ret[j] = f1_of (sums);
    for (int k = 0; k < N_SUMS; k++)
      all[k] += sums[k];
    mean += f1_of (sums) / (double) classes;
    weighted += f1_of (sums) * sums[RIGHT];
  }
  if (f1->average != NONE)
    *ret = f1->average == MICRO      ? f1_of (all)
           : f1->average == WEIGHTED ? weighted / (all[RIGHT] + epsilon)
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
  .name = "f1",
  .title = "F1Score",
  .version = "1.0",
  .summary = "harmonic mean of precision and recall",
  .reference = "https://keras.io/api/metrics/classification_metrics/",
  .self_size = sizeof (F1),
  .params = params,
  .n_params = sizeof params / sizeof params[0],
  .param_stride = sizeof params[0],
  .ops = &ops,
  .example_inputs = "4; 1",
};
