/* r2 - share of the variance that is explained
 *
 *   R²ⱼ = 1 - Σ w (t - y)² / (Σ w t² - (Σ w t)² / Σ w)    0 where not finite
 *
 * for every output j; class_aggregation says what becomes of them:
 * `uniform_average` their mean, `variance_weighted_average` weighted by what is
 * below the line, `none` one number an output.  With p = num_regressors > 0,
 *   R² = 1 - (1 - R²) (m - 1) / (m - p - 1)    m: rows that have a weight
 * as long as m - 1 > p.  (Keras 3.15 takes the numbers of all outputs for m;
 * its later versions do not.)
 */
#include <dnn/plugin.h>
#include <math.h>

typedef struct {
  int32_t class_aggregation;
  int64_t num_regressors; /* p */
} R2;

enum { SUM, SQUARES, ERRORS, WEIGHT, N_SUMS }; /* of each output; then m */
enum { NONE, UNIFORM, VARIANCE_WEIGHTED };

static const DnnParam params[] = {
  DNN_ENUM (R2, class_aggregation, "uniform_average",
            "none uniform_average variance_weighted_average",
            "what becomes of the outputs' numbers"),
  DNN_INT (R2, num_regressors, "0", 0, 1 << 30, "inputs",
           "how many the adjusted form knows of; 0: the plain form"),
};

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  const int64_t n = dnn_count (b->x[0]) / b->x[0]->dims[0];

  host->set_state (b, N_SUMS * n + 1);
  if (((const R2 *) self)->class_aggregation == NONE)
    host->set_output (b, 0, DNN_SHAPE (n));
  return host->match_targets (b, DNN_TARGET_VALUES);
}

static int32_t
update (const void *self, const DnnHost *host, DnnMetricPass *p)
{
  const int64_t samples = p->y_pred->dims[0];
  const int64_t n = dnn_count (p->y_pred) / samples;
  const float *y = dnn_f32 (p->y_pred), *t = dnn_f32 (p->y_true);

  (void) self;
  (void) host;
  for (int64_t i = 0; i < samples; i++, y += n, t += n) {
    const double weight = dnn_weight_of (p, i);

    for (int64_t j = 0; j < n; j++) {
      const double e = (double) t[j] - y[j];
      double *sums = p->state + N_SUMS * j;

      sums[SUM] += weight * t[j];
      sums[SQUARES] += weight * t[j] * t[j];
      sums[ERRORS] += weight * e * e;
      sums[WEIGHT] += weight;
    }
    p->state[N_SUMS * n] += weight > 0;
  }
  return 0;
}

static double
adjust (const R2 *r2, double score, double m)
{
  const double p = (double) r2->num_regressors;

  return p > 0 && m - 1 > p ? 1 - (1 - score) * (m - 1) / (m - p - 1) : score;
}

static void
result (const void *self, const double *state, int64_t n, double *ret)
{
  const R2 *r2 = self;
  const int64_t outputs = n / N_SUMS;
  const double m = state[n - 1];
  double sum = 0, weighted = 0, all = 0;

  for (int64_t j = 0; j < outputs; j++) {
    const double *sums = state + N_SUMS * j;
    const double total = sums[SQUARES] - sums[SUM] * sums[SUM] / sums[WEIGHT];
    double score = 1 - sums[ERRORS] / total;

    score = isfinite (score) || isnan (sums[ERRORS]) ? score : 0;
    if (r2->class_aggregation == NONE)
      ret[j] = adjust (r2, score, m);
    sum += score;
    weighted += total * score;
    all += total;
  }
  if (r2->class_aggregation == UNIFORM)
    *ret = adjust (r2, sum / (double) outputs, m);
  else if (r2->class_aggregation == VARIANCE_WEIGHTED)
    *ret = adjust (r2, all > 0 ? weighted / all : 0, m);
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
  .name = "r2",
  .title = "R2Score",
  .version = "1.0",
  .summary = "share of the variance that is explained",
  .reference = "https://keras.io/api/metrics/regression_metrics/",
  .self_size = sizeof (R2),
  .params = params,
  .n_params = sizeof params / sizeof params[0],
  .param_stride = sizeof params[0],
  .ops = &ops,
  .example_inputs = "3; 3",
};
