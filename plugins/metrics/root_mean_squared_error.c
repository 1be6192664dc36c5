/* root_mean_squared_error - root of the mean of the squared differences
 *
 *   √(Σ weight Σⱼ (yⱼ - tⱼ)² / n / Σ weight)
 *
 * over the n elements of a sample.
 */
#include <dnn/plugin.h>
#include <math.h>

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  (void) self;
  host->set_state (b, DNN_MEAN_STATE);
  return host->match_targets (b, DNN_TARGET_VALUES);
}

static double
value_of (const void *self, const DnnMetricPass *p, int64_t i)
{
  const int64_t n = dnn_count (p->y_pred) / p->y_pred->dims[0];
  const float *y = dnn_f32 (p->y_pred) + i * n;
  const float *t = dnn_f32 (p->y_true) + i * n;
  double sum = 0;

  (void) self;
  for (int64_t j = 0; j < n; j++)
    sum += ((double) y[j] - t[j]) * ((double) y[j] - t[j]);
  return sum / (double) n;
}

static int32_t
update (const void *self, const DnnHost *host, DnnMetricPass *p)
{
  (void) host;
  return dnn_mean_update (self, p, value_of);
}

static void
result (const void *self, const double *state, int64_t n, double *ret)
{
  (void) self;
  (void) n;
  *ret = sqrt (dnn_mean_of (state));
}

static const DnnMetricOps ops = {
  DNN_METRIC_OPS (-1),
  .build = build,
  .update = update,
  .result = result,
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_METRIC,
  .name = "root_mean_squared_error",
  .title = "RootMeanSquaredError",
  .version = "1.0",
  .summary = "root of the mean of the squared differences",
  .reference = "https://keras.io/api/metrics/regression_metrics/",
  .ops = &ops,
  .example_inputs = "3; 3",
};
