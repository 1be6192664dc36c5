/* categorical_generalized_cross_entropy - a crossentropy that wrong labels do
 * not pull at so hard; labels are numbers
 *
 *   p: N×...×C    labels t: N×... or N×...×1, whole numbers 0 .. C - 1
 *
 *   L = (1 - p_t^q) / q              dL/dpⱼ = -δ_jt p_t^(q-1)
 *   logits z: p = softmax (z)        dL/dzⱼ = p_t^q (pⱼ - δ_jt)
 *
 * q towards 0: the crossentropy; q = 1: half the absolute error.  Where p_t is
 * below 1e-7 the slope is that of 1e-7: Keras' is infinite at 0.  Where a
 * sample has several labels, L is their mean. Zhang, Sabuncu: Generalized cross
 * entropy loss for training deep neural networks with noisy labels, NeurIPS
 * 2018, eq. 6.
 */
#include <dnn/plugin.h>
#include <math.h>
#include <stdbool.h>

typedef struct {
  double q;
  bool from_logits;
} Generalized;

static const DnnParam params[] = {
  DNN_FLOAT (Generalized, q, "0.5", 1e-6, 1, "exponent",
             "how little wrong labels pull"),
  DNN_BOOL (Generalized, from_logits, "false",
            "the prediction has not been through a softmax"),
};

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  (void) self;
  host->expect_integer (b, 1, 0, dnn_columns (b->x[0]) - 1);
  return host->match_targets (b, DNN_TARGET_LABELS);
}

static double
probability_loss (double q, const float *p, int64_t t, double scale, int64_t n,
                  float *dy)
{
  const double right = p[t] < 0 ? 0 : p[t];

  for (int64_t j = 0; dy != NULL && j < n; j++)
    dy[j] = 0;
  if (dy != NULL)
    dy[t] = (float) (-scale * pow (right < 1e-7 ? 1e-7 : right, q - 1));
  return (1 - pow (right, q)) / q;
}

static double
logit_loss (double q, const float *z, int64_t t, double scale, int64_t n,
            float *dy)
{
  double max = z[0], sum = 0, power; /* p_t^q */

  for (int64_t j = 1; j < n; j++)
    max = z[j] > max ? z[j] : max; /* exp overflows past 709 */
  for (int64_t j = 0; j < n; j++)
    sum += exp (z[j] - max);
  power = exp (q * (z[t] - max - log (sum)));
  for (int64_t j = 0; dy != NULL && j < n; j++)
    dy[j] = (float) (scale * power * (exp (z[j] - max) / sum - (j == t)));
  return -expm1 (q * (z[t] - max - log (sum))) / q;
}

/* Writes those of value and dy_pred that are not NULL. */
static int32_t
value_and_gradient (const void *self, const DnnHost *host, DnnLossPass *p)
{
  const Generalized *g = self;
  const bool logits = p->from_logits || g->from_logits;
  const int64_t samples = p->y_pred->dims[0], n = dnn_columns (p->y_pred);
  const int64_t labels = dnn_rows (p->y_pred) / samples; /* of a sample */
  const float *y = dnn_f32 (p->y_pred), *t = dnn_f32 (p->y_true);
  float *dy = dnn_f32 (p->dy_pred);

  for (int64_t i = 0; i < samples; i++) {
    const double scale = p->scale != NULL ? p->scale[i] / (double) labels : 0;
    double sum = 0;

    for (int64_t k = 0; k < labels; k++, t++, y += n) {
      if (!(*t >= 0 && *t < (float) n))
        return host->fail (p, "label %g is not between 0 and %lld", (double) *t,
                           (long long) n - 1);
      sum += (logits ? logit_loss : probability_loss) (g->q, y, (int64_t) *t,
                                                       scale, n, dy);
      dy = dy != NULL ? dy + n : NULL;
    }
    if (p->value != NULL)
      p->value[i] = (float) (sum / (double) labels);
  }
  return 0;
}

static const DnnLossOps ops = {
  DNN_LOSS_OPS ("softmax"),
  .build = build,
  .value = value_and_gradient,
  .gradient = value_and_gradient,
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_LOSS,
  .name = "categorical_generalized_cross_entropy",
  .title = "CategoricalGeneralizedCrossEntropy",
  .version = "1.0",
  .summary = "a crossentropy that wrong labels do not pull at so hard",
  .reference = "Zhang, Sabuncu: Generalized cross entropy loss for training "
               "deep neural networks with noisy labels, NeurIPS 2018",
  .flags = DNN_FLAG_GIVES_VALUE,
  .self_size = sizeof (Generalized),
  .params = params,
  .n_params = sizeof params / sizeof params[0],
  .param_stride = sizeof params[0],
  .ops = &ops,
  .example_inputs = "4; 1",
};
