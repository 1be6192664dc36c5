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

/* Rows at once. */
enum { BLOCK = 256 };

static const float epsilon = 1e-7f, one_less = (float) (1 - 1e-7);

static const DnnParam params[] = {
  DNN_BOOL (Crossentropy, from_logits, "false",
            "the prediction has not been through a softmax"),
};

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  (void) self;
  host->expect_integer (b, 1, 0, dnn_columns (b->x[0]) - 1);
  return host->match_targets (b, DNN_TARGET_LABELS);
}

static bool
is_label (float t, int64_t classes)
{
  return t >= 0 && t < (float) classes;
}

static int32_t
check_labels (const DnnHost *host, const DnnLossPass *p)
{
  const float *t = dnn_f32 (p->y_true);
  const int64_t rows = dnn_rows (p->y_pred), classes = dnn_columns (p->y_pred);
  bool ok = true;
  int64_t i = 0;

  for (int64_t k = 0; k < rows; k++)
    ok &= is_label (t[k], classes);
  if (ok)
    return 0;
  while (is_label (t[i], classes))
    i++;
  return host->fail (p, "label %g is not between 0 and %lld", (double) t[i],
                     (long long) classes - 1);
}

static float
clip (float p)
{
  return p < epsilon ? epsilon : p > one_less ? one_less : p;
}

static double
sum_clipped (const float *p, int64_t n)
{
  double sum = 0;

  for (int64_t j = 0; j < n; j++)
    sum += clip (p[j]);
  return sum;
}

/* Rows of predictions and their labels. */
typedef struct {
  bool logits;
  int64_t c;
  const float *y, *t;
} Rows;

static Rows
rows_of (const Crossentropy *self, const DnnLossPass *p)
{
  return (Rows){ p->from_logits || self->from_logits, dnn_columns (p->y_pred),
                 dnn_f32 (p->y_pred), dnn_f32 (p->y_true) };
}

/* The losses of `n` rows from `first` on. */
static void
find_losses (const Rows *r, const DnnHost *host, int64_t first, int64_t n,
             float *losses)
{
  const float *y = r->y + first * r->c, *t = r->t + first;

  if (r->logits)
    dnn_log_sum_exp (host, y, n, r->c, losses);
  for (int64_t i = 0; i < n; i++, y += r->c) {
    const float right = y[(int64_t) t[i]];

    if (r->logits)
      losses[i] -= right;
    else
      losses[i] = (float) (log (sum_clipped (y, r->c)) - log (clip (right)));
  }
}

static int32_t
value (const void *self, const DnnHost *host, DnnLossPass *p)
{
  const int64_t samples = p->y_pred->dims[0];
  const int64_t labels = dnn_rows (p->y_pred) / samples; /* of a sample */
  const Rows r = rows_of (self, p);

  if (check_labels (host, p) != 0)
    return -1;
  if (labels == 1) {
    find_losses (&r, host, 0, samples, p->value);
    return 0;
  }
  for (int64_t i = 0; i < samples; i++) {
    float losses[BLOCK], sum = 0;

    for (int64_t first = 0, n; first < labels; first += n) {
      n = labels - first < BLOCK ? labels - first : BLOCK;
      find_losses (&r, host, i * labels + first, n, losses);
      for (int64_t k = 0; k < n; k++)
        sum += losses[k];
    }
    p->value[i] = sum / (float) labels;
  }
  return 0;
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

/* Those by the elements of `n` rows from `first` on; of logits
 * dz = scale (softmax (z) - δ_t). */
static void
find_slopes (const Rows *r, const DnnHost *host, int64_t first, int64_t n,
             const float *scale, float *slopes)
{
  const float *y = r->y + first * r->c, *t = r->t + first;

  if (r->logits)
    dnn_softmax (host, y, n, r->c, scale, slopes);
  for (int64_t i = 0; i < n; i++, y += r->c, slopes += r->c) {
    if (r->logits)
      slopes[(int64_t) t[i]] -= scale[i];
    else
      gradient_of_probabilities (y, (int64_t) t[i], scale[i], slopes, r->c);
  }
}

static int32_t
gradient (const void *self, const DnnHost *host, DnnLossPass *p)
{
  const int64_t samples = p->y_pred->dims[0];
  const int64_t labels = dnn_rows (p->y_pred) / samples;
  const Rows r = rows_of (self, p);
  float *dy = dnn_f32 (p->dy_pred);

  if (check_labels (host, p) != 0)
    return -1;
  if (labels == 1) {
    find_slopes (&r, host, 0, samples, p->scale, dy);
    return 0;
  }
  for (int64_t i = 0; i < samples; i++) {
    float scale[BLOCK];

    for (int64_t k = 0; k < labels && k < BLOCK; k++)
      scale[k] = p->scale[i] / (float) labels;
    for (int64_t first = 0, n; first < labels; first += n) {
      n = labels - first < BLOCK ? labels - first : BLOCK;
      find_slopes (&r, host, i * labels + first, n, scale,
                   dy + (i * labels + first) * r.c);
    }
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
  .flags = DNN_FLAG_USUAL,
  .self_size = sizeof (Crossentropy),
  .params = params,
  .n_params = sizeof params / sizeof params[0],
  .param_stride = sizeof params[0],
  .ops = &ops,
  .example_inputs = "4; 1",
};
