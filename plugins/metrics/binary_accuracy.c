/* binary_accuracy - share of right answers to yes or no
 *
 *   right where (y > threshold) = t
 *
 * A sample with several answers counts their mean; the result is
 * Σ weight · right / Σ weight.
 */
#include <dnn/plugin.h>

typedef struct {
  double threshold;
} BinaryAccuracy;

static const DnnParam params[] = {
  DNN_FLOAT (BinaryAccuracy, threshold, "0.5", -1e30, 1e30, "y",
             "what is above it is a yes"),
};

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
  const float threshold = (float) ((const BinaryAccuracy *) self)->threshold;
  double sum = 0;

  for (int64_t j = 0; j < n; j++)
    sum += (y[j] > threshold ? 1.0f : 0.0f) == t[j];
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
  *ret = dnn_mean_of (state);
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
  .name = "binary_accuracy",
  .title = "BinaryAccuracy",
  .version = "1.0",
  .summary = "share of right answers to yes or no",
  .reference = "https://keras.io/api/metrics/accuracy_metrics/",
  .self_size = sizeof (BinaryAccuracy),
  .params = params,
  .n_params = sizeof params / sizeof params[0],
  .param_stride = sizeof params[0],
  .ops = &ops,
  .example_inputs = "1; 1",
};
