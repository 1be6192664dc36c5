/* categorical_crossentropy - log-likelihood of a distribution over classes
 *
 *   p, t: N×...×C    t' = (1 - s) t + s / C    s: label smoothing
 *
 *   logits z:         L = Σⱼ t'ⱼ (ln Σₖ exp zₖ - zⱼ)
 *                     dL/dzⱼ = softmax (z)ⱼ Σ t' - t'ⱼ
 *   probabilities p:  q = p / Σ p    c = clip (q, ε, 1 - ε)
 *                     L = -Σⱼ t'ⱼ ln cⱼ
 *                     dL/dpⱼ = (dⱼ - Σₖ qₖ dₖ) / Σ p    dⱼ = -t'ⱼ / cⱼ
 *
 * with d = 0 where q is clipped.  Where a sample has several rows, L is their
 * mean.
 * Szegedy, Vanhoucke, Ioffe, Shlens, Wojna: Rethinking the Inception
 * architecture, CVPR 2016, section 7 (label smoothing).
 */
#include <dnn/plugin.h>
#include <math.h>
#include <stdbool.h>

typedef struct {
  bool from_logits;
  double label_smoothing; /* s */
} Crossentropy;

static const float epsilon = 1e-7f, one_less = (float) (1 - 1e-7);

static const DnnParam params[] = {
  DNN_BOOL (Crossentropy, from_logits, "false",
            "the prediction has not been through a softmax"),
  DNN_FLOAT (Crossentropy, label_smoothing, "0", 0, 1, "share",
             "share of the target spread over all classes"),
};

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  if (b->x[0]->n_dims < 2)
    return host->fail (b, "prediction must be a row of classes a sample");
  host->expect_range (b, 1, 0, 1, DNN_ROWS_SUM_TO_1);
  if (((const Crossentropy *) self)->from_logits)
    host->scores (b, DNN_LOGITS);
  return host->match_targets (b, DNN_TARGET_VALUES);
}

/* t' */
static double
smooth (const Crossentropy *crossentropy, float t, int64_t classes)
{
  const double s = crossentropy->label_smoothing;

  return t * (1 - s) + s / (double) classes;
}

static double
clip (double q)
{
  return q < epsilon ? epsilon : q > one_less ? one_less : q;
}

static double
sum_of (const float *p, int64_t n)
{
  double sum = 0;

  for (int64_t j = 0; j < n; j++)
    sum += p[j];
  return sum;
}

static int32_t
value (const void *self, const DnnHost *host, DnnLossPass *p)
{
  const Crossentropy *crossentropy = self;
  const bool logits = p->from_logits || crossentropy->from_logits;
  const int64_t samples = p->y_pred->dims[0], c = dnn_columns (p->y_pred);
  const int64_t all = dnn_rows (p->y_pred), rows = all / samples;
  const float *t = dnn_f32 (p->y_true), *z = dnn_f32 (p->y_pred);
  float norms[DNN_ROOM];

  for (int64_t i = 0; i < samples; i++)
    p->value[i] = 0;
  for (int64_t i = 0; i < all; i++, t += c, z += c) {
    const int64_t at = i % DNN_ROOM;
    double norm, loss = 0;

    if (logits && at == 0)
      dnn_log_sum_exp (host, z, dnn_fit (all - i), c, norms);
    norm = logits ? norms[at] : sum_of (z, c);
    for (int64_t j = 0; j < c; j++) {
      const double tj = smooth (crossentropy, t[j], c);

      if (tj != 0)
        loss += tj * (logits ? norm - z[j] : -log (clip (z[j] / norm)));
    }
    p->value[i / rows] += (float) (loss / (double) rows);
  }
  return 0;
}

/* dz = scale (softmax (z) Σ t' - t'); dz comes with the softmax. */
static void
gradient_of_logits (const Crossentropy *self, const float *t, double scale,
                    float *dz, int64_t n)
{
  double sum = 0;

  for (int64_t j = 0; j < n; j++)
    sum += smooth (self, t[j], n);
  for (int64_t j = 0; j < n; j++)
    dz[j] = (float) (scale * (dz[j] * sum - smooth (self, t[j], n)));
}

static void
gradient_of_probabilities (const Crossentropy *self, const float *p,
                           const float *t, double scale, float *dp, int64_t n)
{
  const double sum = sum_of (p, n);
  double dot = 0; /* Σ q d = -Σ t' where q is not clipped */

  for (int64_t j = 0; j < n; j++) {
    const double q = p[j] / sum;
    const double d = q == clip (q) ? -smooth (self, t[j], n) / q : 0;

    dot += q * d;
    dp[j] = (float) (scale * d / sum);
  }
  for (int64_t j = 0; j < n; j++)
    dp[j] -= (float) (scale * dot / sum);
}

static int32_t
gradient (const void *self, const DnnHost *host, DnnLossPass *p)
{
  const Crossentropy *crossentropy = self;
  const bool logits = p->from_logits || crossentropy->from_logits;
  const int64_t all = dnn_rows (p->y_pred), c = dnn_columns (p->y_pred);
  const int64_t rows = all / p->y_pred->dims[0]; /* of a sample */
  const float *t = dnn_f32 (p->y_true), *z = dnn_f32 (p->y_pred);
  float *dz = dnn_f32 (p->dy_pred);

  if (logits)
    dnn_softmax (host, z, all, c, NULL, dz, NULL);
  for (int64_t i = 0; i < all; i++, t += c, z += c, dz += c) {
    const double scale = (double) p->scale[i / rows] / (double) rows;

    if (logits)
      gradient_of_logits (crossentropy, t, scale, dz, c);
    else
      gradient_of_probabilities (crossentropy, z, t, scale, dz, c);
  }
  return 0;
}

static const DnnLossOps ops = {
  DNN_LOSS_OPS ("softmax"),
  .build = build,
  .value = value,
  .gradient = gradient,
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  .kind = DNN_KIND_LOSS,
  .name = "categorical_crossentropy",
  .title = "CategoricalCrossentropy",
  .version = "1.0",
  .summary =
      "-log of the probability given to the right class; targets are one-hot",
  .reference = "https://keras.io/api/losses/probabilistic_losses/",
  .flags = DNN_FLAG_USUAL,
  .self_size = sizeof (Crossentropy),
  .params = params,
  .n_params = sizeof params / sizeof params[0],
  .param_stride = sizeof params[0],
  .ops = &ops,
};
