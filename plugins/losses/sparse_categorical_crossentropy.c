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
  (void) self;
  host->expect_integer (b, 1, 0, dnn_columns (b->x[0]) - 1);
  return host->match_targets (b, DNN_TARGET_LABELS);
}

/* The sample of a row, most often the row itself. */
static int64_t
sample_of (int64_t row, int64_t labels)
{
  return labels == 1 ? row : row / labels;
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

/* ln Σⱼ exp zⱼ of a few rows, by pieces of `width` columns that fit a block.
 * The largest term is exp 0, so the sum is 1 and something. */
static void
log_sum_exp (const DnnHost *host, const float *z, int64_t rows, int64_t c,
             float *sums)
{
  const int64_t width = c < BLOCK ? c : BLOCK;
  float e[BLOCK], max[BLOCK];

  for (int64_t i = 0; i < rows; i++) {
    max[i] = max_of (z + i * c, c); /* exp overflows past 88 */
    sums[i] = -1;
  }
  for (int64_t first = 0; first < c; first += width) {
    const int64_t n = c - first < width ? c - first : width;

    for (int64_t i = 0; i < rows; i++)
      for (int64_t j = 0; j < n; j++)
        e[i * n + j] = z[i * c + first + j] - max[i];
    host->exp (e, e, rows * n);
    for (int64_t i = 0; i < rows; i++)
      for (int64_t j = 0; j < n; j++)
        sums[i] += e[i * n + j];
  }
  host->log1p (sums, sums, rows);
  for (int64_t i = 0; i < rows; i++)
    sums[i] += max[i];
}

static double
sum_clipped (const float *p, int64_t n)
{
  double sum = 0;

  for (int64_t j = 0; j < n; j++)
    sum += clip (p[j]);
  return sum;
}

/* -ln softmax (z)_t of every row, as many at once as fit a block. */
static void
add_logits (const DnnHost *host, const DnnLossPass *p, int64_t labels)
{
  const float *t = dnn_f32 (p->y_true), *z = dnn_f32 (p->y_pred);
  const int64_t rows = dnn_rows (p->y_pred), c = dnn_columns (p->y_pred);
  const int64_t step = c < BLOCK ? BLOCK / c : 1;
  float sums[BLOCK];

  for (int64_t first = 0; first < rows; first += step) {
    const int64_t n = rows - first < step ? rows - first : step;

    log_sum_exp (host, z + first * c, n, c, sums);
    for (int64_t i = 0; i < n; i++)
      p->value[sample_of (first + i, labels)] +=
          (sums[i] - z[(first + i) * c + (int64_t) t[first + i]]) /
          (float) labels;
  }
}

/* ln Σ c - ln c_t of every row. */
static void
add_probabilities (const DnnLossPass *p, int64_t labels)
{
  const float *t = dnn_f32 (p->y_true), *z = dnn_f32 (p->y_pred);
  const int64_t rows = dnn_rows (p->y_pred), c = dnn_columns (p->y_pred);

  for (int64_t i = 0; i < rows; i++, z += c)
    p->value[sample_of (i, labels)] +=
        (float) ((log (sum_clipped (z, c)) - log (clip (z[(int64_t) t[i]]))) /
                 (double) labels);
}

static int32_t
value (const void *self, const DnnHost *host, DnnLossPass *p)
{
  const int64_t samples = p->y_pred->dims[0];
  const int64_t labels = dnn_rows (p->y_pred) / samples; /* of a sample */

  if (check_labels (host, p) != 0)
    return -1;
  for (int64_t i = 0; i < samples; i++)
    p->value[i] = 0;
  if (p->from_logits || ((const Crossentropy *) self)->from_logits)
    add_logits (host, p, labels);
  else
    add_probabilities (p, labels);
  return 0;
}

/* dz = scale (softmax (z) - δ_t) */
static void
gradient_of_logits (const DnnHost *host, const DnnLossPass *p, int64_t labels)
{
  const float *t = dnn_f32 (p->y_true), *z = dnn_f32 (p->y_pred);
  const int64_t rows = dnn_rows (p->y_pred), c = dnn_columns (p->y_pred);
  float *dz = dnn_f32 (p->dy_pred);

  for (int64_t i = 0; i < rows; i++) {
    const float max = max_of (z + i * c, c);

    for (int64_t j = i * c; j < (i + 1) * c; j++)
      dz[j] = z[j] - max;
  }
  host->exp (dz, dz, rows * c);
  for (int64_t i = 0; i < rows; i++, dz += c) {
    const float scale = p->scale[sample_of (i, labels)] / (float) labels;
    double sum = 0;

    for (int64_t j = 0; j < c; j++)
      sum += dz[j];
    for (int64_t j = 0; j < c; j++)
      dz[j] *= (float) (scale / sum);
    dz[(int64_t) t[i]] -= scale;
  }
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
  const float *t = dnn_f32 (p->y_true), *y = dnn_f32 (p->y_pred);
  const int64_t rows = dnn_rows (p->y_pred), c = dnn_columns (p->y_pred);
  const int64_t labels = rows / p->y_pred->dims[0];
  float *dy = dnn_f32 (p->dy_pred);

  if (check_labels (host, p) != 0)
    return -1;
  if (p->from_logits || ((const Crossentropy *) self)->from_logits) {
    gradient_of_logits (host, p, labels);
    return 0;
  }
  for (int64_t i = 0; i < rows; i++, y += c, dy += c)
    gradient_of_probabilities (y, (int64_t) t[i],
                               p->scale[sample_of (i, labels)] / (float) labels,
                               dy, c);
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
