/* false_positives - how much was found that is wrong
 *
 *   Σ weight    over what is found and wrong (t = 0) at a threshold: y > θ
 *
 * over all numbers of all rows; one sum for each of several thresholds.  t:
 * numbers like y, 0 or not, or a label a row.  With found = false what is not
 * above is counted: false negatives.
 */
#include <dnn/plugin.h>
#include <stdbool.h>

typedef struct {
  DnnFloats thresholds; /* θ */
  bool found;
} Count;

static const DnnParam params[] = {
  DNN_ROW (Count, thresholds, "threshold", DNN_PARAM_FLOATS, 0, "0.5", 0, 1,
           "probability", "what is above it is found", NULL),
  DNN_BOOL (Count, found, "true", "count what is found; false: what is not"),
};

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  const int64_t n = ((const Count *) self)->thresholds.n;

  if (n == 0)
    return host->fail (b, "there must be a threshold");
  if (n > 1)
    host->set_output (b, 0, DNN_SHAPE (n));
  host->set_state (b, n);
  return host->match_targets (b, DNN_TARGET_VALUES | DNN_TARGET_LABELS);
}

static int32_t
update (const void *self, const DnnHost *host, DnnMetricPass *p)
{
  const Count *count = self;

  (void) host;
  dnn_count_cases (p, &count->thresholds, count->found, !count->found,
                   p->state);
  return 0;
}

static void
result (const void *self, const double *state, int64_t n, double *ret)
{
  (void) self;
  for (int64_t k = 0; k < n; k++)
    ret[k] = state[k];
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
  .name = "false_positives",
  .title = "FalsePositives",
  .version = "1.0",
  .summary = "how much was found that is wrong",
  .reference = "https://keras.io/api/metrics/classification_metrics/",
  .self_size = sizeof (Count),
  .params = params,
  .n_params = sizeof params / sizeof params[0],
  .param_stride = sizeof params[0],
  .ops = &ops,
  .example_inputs = "1; 1",
};
