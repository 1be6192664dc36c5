/* hard_auc - chance that a yes scores higher than a no
 *
 * The area under the curve of true over false positives, by K thresholds
 * 0⁻, 1/(K-1), .., (K-2)/(K-1), 1⁺ and trapezoids, as in Keras:
 *
 *   tp[k] = weight of yes with y_pred > threshold k     (fp: of no)
 *   AUC = Σₖ (fp[k] - fp[k+1]) (tp[k] + tp[k+1]) / 2 / (tp[0] fp[0])
 *
 * The state holds weights between two thresholds: K for yes, K for no.
 */
#include <dnn/plugin.h>
#include <math.h>

typedef struct {
  int64_t num_thresholds; /* K */
} Auc;

static const DnnParam params[] = {
  DNN_INT (Auc, num_thresholds, "200", 2, 1 << 20, "thresholds",
           "steps of the curve"),
};

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  if (dnn_count (b->x[0]) != dnn_count (b->x[1]))
    return host->fail (b, "target must have as many elements as the output");
  host->expect_integer (b, 1, 0, 1);
  host->set_state (b, 2 * ((const Auc *) self)->num_thresholds);
  return 0;
}

static int32_t
update (const void *self, const DnnHost *host, DnnMetricPass *p)
{
  const int64_t k = ((const Auc *) self)->num_thresholds;
  const int64_t count = dnn_count (p->y_pred);
  const int64_t n = p->y_pred->n_dims > 0 ? p->y_pred->dims[0] : 1;
  const float *y = dnn_f32 (p->y_pred), *t = dnn_f32 (p->y_true);

  for (int64_t i = 0; i < count; i++) {
    const double weight =
        p->sample_weight != NULL ? p->sample_weight[i / (count / n)] : 1;
    int64_t bucket;

    if (!(y[i] >= 0 && y[i] <= 1))
      return host->fail (p, "output must be in 0 .. 1, not '%g'",
                         (double) y[i]);
    bucket = (int64_t) ceil ((double) y[i] * (double) (k - 1)) - 1;
    bucket = bucket < 0 ? 0 : bucket;
    p->state[t[i] > 0.5f ? bucket : k + bucket] += weight;
  }
  return 0;
}

static void
merge (const void *self, double *into, const double *from, int64_t n)
{
  (void) self;
  for (int64_t i = 0; i < n; i++)
    into[i] += from[i];
}

static void
result (const void *self, const double *state, int64_t n, double *ret)
{
  double tp = 0, fp = 0, area = 0;

  (void) self;
  for (int64_t k = n / 2 - 1; k >= 0; k--) {
    const double yes = state[k], no = state[n / 2 + k];

    area += no * (tp + tp + yes) / 2;
    tp += yes;
    fp += no;
  }
  ret[0] = tp > 0 && fp > 0 ? area / (tp * fp) : 0;
}

static const DnnMetricOps ops = {
  DNN_METRIC_OPS (1), .build = build,   .update = update,
  .merge = merge,     .result = result,
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_METRIC,
  .name = "hard_auc",
  .title = "AUC",
  .version = "1.0",
  .summary = "chance that a yes scores higher than a no",
  .reference = "Fawcett: An introduction to ROC analysis, 2006",
  .self_size = sizeof (Auc),
  .params = params,
  .n_params = sizeof params / sizeof params[0],
  .param_stride = sizeof params[0],
  .ops = &ops,
};
