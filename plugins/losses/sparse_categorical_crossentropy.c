/* sparse_categorical_crossentropy - log-likelihood of the right class
 *
 *   p: N×...×C    labels t: N×... or N×...×1, whole numbers 0 .. C - 1
 *
 *   logits z:         L = ln Σⱼ exp zⱼ - z_t      dL/dzⱼ = softmax (z)ⱼ - δ_jt
 *   probabilities p:  c = clip (p, ε, 1 - ε)
 *                     L = ln Σⱼ cⱼ - ln c_t       dL/dpⱼ = 1 / Σ c - δ_jt / cⱼ
 *
 * and no gradient where p is clipped.  The sum over c is there because Keras
 * on TensorFlow takes the clipped logarithms for logits.  Where a sample has
 * several labels, L is their mean.
 */
#include <dnn/plugin.h>
#include <math.h>
#include <stdbool.h>

typedef struct {
  bool from_logits;
} Crossentropy;

enum { BLOCK = 256 };

static const float epsilon = 1e-7f, one_less = (float) (1 - 1e-7);

static const DnnParam params[] = {
  DNN_BOOL (Crossentropy, from_logits, "false",
            "the prediction has not been through a softmax"),
};

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  const DnnTensor *p = b->x[0], *t = b->x[1];

  (void) self;
  if (p->n_dims < 2)
    return host->fail (b, "prediction must be a row of classes a sample");
  if (dnn_count (t) != dnn_rows (p) || t->dims[0] != p->dims[0])
    return host->fail (
        b,
        "a sample has %lld targets, and must have %lld labels, one "
        "a row of %lld classes; for one-hot rows take "
        "categorical_crossentropy",
        (long long) (dnn_count (t) / t->dims[0]),
        (long long) (dnn_rows (p) / p->dims[0]), (long long) dnn_columns (p));
  host->expect_integer (b, 1, 0, dnn_columns (p) - 1);
  return 0;
}

static int32_t
check_labels (const DnnHost *host, const DnnLossPass *p)
{
  const float *t = dnn_f32 (p->y_true);
  const int64_t classes = dnn_columns (p->y_pred);

  for (int64_t i = 0; i < dnn_rows (p->y_pred); i++)
    if (!(t[i] >= 0 && t[i] < (float) classes))
      return host->fail (p, "label %g is not between 0 and %lld", (double) t[i],
                         (long long) classes - 1);
  return 0;
}

static float
clip (float p)
{
  return p < epsilon ? epsilon : p > one_less ? one_less : p;
}

static float
max_of (const float *z, int64_t n)
{
  float max = z[0];

  for (int64_t j = 1; j < n; j++)
    max = z[j] > max ? z[j] : max;
  return max;
}

/* ln Σⱼ exp zⱼ */
static double
log_sum_exp (const DnnHost *host, const float *z, int64_t n)
{
  const float max = max_of (z, n); /* exp overflows past 88 */
  float e[BLOCK] = { 0 };
  double sum = 0;

  for (int64_t first = 0; first < n; first += BLOCK) {
    const int64_t m = n - first < BLOCK ? n - first : BLOCK;

    for (int64_t j = 0; j < m; j++)
      e[j] = z[first + j] - max;
    host->exp (e, e, m);
    for (int64_t j = 0; j < m; j++)
      sum += e[j];
  }
  return max + log (sum);
}

static double
sum_clipped (const float *p, int64_t n)
{
  double sum = 0;

  for (int64_t j = 0; j < n; j++)
    sum += clip (p[j]);
  return sum;
}

static int32_t
value (const void *self, const DnnHost *host, DnnLossPass *p)
{
  const bool logits =
      p->from_logits || ((const Crossentropy *) self)->from_logits;
  const float *t = dnn_f32 (p->y_true), *z = dnn_f32 (p->y_pred);
  const int64_t samples = p->y_pred->dims[0], c = dnn_columns (p->y_pred);
  const int64_t labels = dnn_rows (p->y_pred) / samples; /* of a sample */
  int32_t status = check_labels (host, p);

  if (status != 0)
    return status;
  for (int64_t i = 0; i < samples; i++) {
    double sum = 0;

    for (int64_t k = 0; k < labels; k++, t++, z += c)
      sum += logits ? log_sum_exp (host, z, c) - z[(int64_t) *t]
                    : log (sum_clipped (z, c)) - log (clip (z[(int64_t) *t]));
    p->value[i] = (float) (sum / (double) labels);
  }
  return 0;
}

/* dz = scale (softmax (z) - δ_t) */
static void
gradient_of_logits (const DnnHost *host, const float *z, int64_t t, float scale,
                    float *dz, int64_t n)
{
  const float max = max_of (z, n);
  double sum = 0;

  for (int64_t j = 0; j < n; j++)
    dz[j] = z[j] - max;
  host->exp (dz, dz, n);
  for (int64_t j = 0; j < n; j++)
    sum += dz[j];
  for (int64_t j = 0; j < n; j++)
    dz[j] *= (float) (scale / sum);
  dz[t] -= scale;
}

/* dp = scale (1 / Σ c - δ_t / c), none where p is clipped */
static void
gradient_of_probabilities (const float *p, int64_t t, float scale, float *dp,
                           int64_t n)
{
  const double sum = sum_clipped (p, n);

  for (int64_t j = 0; j < n; j++)
    dp[j] = p[j] == clip (p[j]) ? (float) (scale / sum) : 0;
  if (p[t] == clip (p[t]))
    dp[t] = (float) (scale / sum - scale / (double) p[t]);
}

static int32_t
gradient (const void *self, const DnnHost *host, DnnLossPass *p)
{
  const bool logits =
      p->from_logits || ((const Crossentropy *) self)->from_logits;
  const float *t = dnn_f32 (p->y_true), *z = dnn_f32 (p->y_pred);
  const int64_t rows = dnn_rows (p->y_pred), c = dnn_columns (p->y_pred);
  const int64_t labels = rows / p->y_pred->dims[0];
  float *dz = dnn_f32 (p->dy_pred);
  int32_t status = check_labels (host, p);

  if (status != 0)
    return status;
  for (int64_t i = 0; i < rows; i++, z += c, dz += c) {
    const float scale = p->scale[i / labels] / (float) labels;

    if (logits)
      gradient_of_logits (host, z, (int64_t) t[i], scale, dz, c);
    else
      gradient_of_probabilities (z, (int64_t) t[i], scale, dz, c);
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
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_LOSS,
  .name = "sparse_categorical_crossentropy",
  .title = "SparseCategoricalCrossentropy",
  .version = "1.0",
  .summary =
      "-log of the probability given to the right class; labels are numbers",
  .reference = "https://keras.io/api/losses/probabilistic_losses/",
  .self_size = sizeof (Crossentropy),
  .params = params,
  .n_params = sizeof params / sizeof params[0],
  .param_stride = sizeof params[0],
  .ops = &ops,
};
