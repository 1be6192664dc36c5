/* pearson_correlation - how close to a line two rows are
 *
 *   Σ (t - t̄) (y - ȳ) / n / σₜ / σᵧ    σ² = Σ (x - x̄)² / n
 *
 * over a row of n numbers.  A row without variance gives NaN, as in Keras.
 * With kind = concordance it is divided by
 *
 *   σ²ₜ + σ²ᵧ + (t̄ - ȳ)² + 1e-7
 *
 * instead, and doubled.  A sample with several rows counts their mean; the
 * result is Σ weight · correlation / Σ weight.
 */
#include <dnn/plugin.h>
#include <math.h>

typedef struct {
  int32_t kind;
} Correlation;

enum { PEARSON, CONCORDANCE };

static const DnnParam params[] = {
  DNN_ENUM (Correlation, kind, "pearson", "pearson concordance",
            "whether the rows must be on a line, or equal"),
};

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  (void) self;
  if (b->x[0]->n_dims < 2 || dnn_columns (b->x[0]) < 2)
    return host->fail (b, "prediction must be a row of numbers a sample");
  host->set_state (b, DNN_MEAN_STATE);
  return host->match_targets (b, DNN_TARGET_VALUES);
}

static double
mean_of (const float *x, int64_t n)
{
  double sum = 0;

  for (int64_t j = 0; j < n; j++)
    sum += x[j];
  return sum / (double) n;
}

static double
correlation (const Correlation *c, const float *y, const float *t, int64_t n)
{
  const double mean_y = mean_of (y, n), mean_t = mean_of (t, n);
  double both = 0, y_y = 0, t_t = 0;

  for (int64_t j = 0; j < n; j++) {
    both += (y[j] - mean_y) * (t[j] - mean_t) / (double) n;
    y_y += (y[j] - mean_y) * (y[j] - mean_y) / (double) n;
    t_t += (t[j] - mean_t) * (t[j] - mean_t) / (double) n;
  }
  if (c->kind == PEARSON)
    return both / sqrt (y_y) / sqrt (t_t);
  return 2 * both / (y_y + t_t + (mean_y - mean_t) * (mean_y - mean_t) + 1e-7);
}

static double
value_of (const void *self, const DnnMetricPass *p, int64_t i)
{
  const int64_t n = dnn_columns (p->y_pred);
  const int64_t rows = dnn_rows (p->y_pred) / p->y_pred->dims[0];
  double sum = 0;

  for (int64_t k = i * rows; k < (i + 1) * rows; k++)
    sum += correlation (self, dnn_f32 (p->y_pred) + k * n,
                        dnn_f32 (p->y_true) + k * n, n);
  return sum / (double) rows;
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
  .name = "pearson_correlation",
  .title = "PearsonCorrelation",
  .version = "1.0",
  .summary = "how close to a line two rows are",
  .reference = "https://keras.io/api/metrics/regression_metrics/",
  .self_size = sizeof (Correlation),
  .params = params,
  .n_params = sizeof params / sizeof params[0],
  .param_stride = sizeof params[0],
  .ops = &ops,
  .example_inputs = "4; 4",
};
