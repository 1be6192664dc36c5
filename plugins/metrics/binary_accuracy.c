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

enum { SUM, COUNT, N_STATE };

static const DnnParam params[] = {
  DNN_FLOAT (BinaryAccuracy, threshold, "0.5", -1e30, 1e30, "y",
             "what is above it is a yes"),
};

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  const DnnTensor *y = b->x[0], *t = b->x[1];

  (void) self;
  if (y->n_dims < 1 || t->n_dims < 1 || y->dims[0] != t->dims[0] ||
      dnn_count (y) != dnn_count (t))
    return host->fail (b,
                       "a sample has %lld targets and %lld predictions; "
                       "they must be as many",
                       (long long) (dnn_count (t) / t->dims[0]),
                       (long long) (dnn_count (y) / y->dims[0]));
  host->set_state (b, N_STATE);
  return 0;
}

static int32_t
update (const void *self, const DnnHost *host, DnnMetricPass *p)
{
  const float threshold = (float) ((const BinaryAccuracy *) self)->threshold;
  const int64_t samples = p->y_pred->dims[0];
  const int64_t n = dnn_count (p->y_pred) / samples;
  const float *y = dnn_f32 (p->y_pred), *t = dnn_f32 (p->y_true);

  (void) host;
  for (int64_t i = 0; i < samples; i++, y += n, t += n) {
    const double weight = p->sample_weight != NULL ? p->sample_weight[i] : 1;
    double sum = 0;

    for (int64_t j = 0; j < n; j++)
      sum += (y[j] > threshold ? 1.0f : 0.0f) == t[j];
    p->state[SUM] += weight * sum / (double) n;
    p->state[COUNT] += weight;
  }
  return 0;
}

static void
result (const void *self, const double *state, int64_t n, double *ret)
{
  (void) self;
  (void) n;
  *ret = state[COUNT] > 0 ? state[SUM] / state[COUNT] : 0;
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
