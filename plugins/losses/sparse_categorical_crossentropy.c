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
 * several labels, L is their mean.  Labels of ignore_class, which need not be
 * classes, have L = 0 and do not count in the mean over the batch, either.
 */
#include <dnn/plugin.h>
#include <math.h>
#include <stdbool.h>

typedef struct {
  bool from_logits;
  DnnInts ignore_class;
} Crossentropy;

static const float epsilon = 1e-7f, one_less = (float) (1 - 1e-7);

static const DnnParam params[] = {
  DNN_BOOL (Crossentropy, from_logits, "false",
            "the prediction has not been through a softmax"),
  DNN_ROW (Crossentropy, ignore_class, NULL, DNN_PARAM_INTS, 0, "", -(1 << 24),
           1 << 24, "label", "labels that do not count; none: all do", NULL),
};

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  const DnnInts *ignored = &((const Crossentropy *) self)->ignore_class;
  const int64_t classes = dnn_columns (b->x[0]);
  bool within = true;

  for (int64_t i = 0; i < ignored->n; i++)
    within = within && ignored->at[i] >= 0 && ignored->at[i] < classes;
  if (within) /* else labels have no range: check_labels looks at each */
    host->expect_integer (b, 1, 0, classes - 1);
  return host->match_targets (b, DNN_TARGET_LABELS);
}

static bool
is_label (float t, int64_t classes)
{
  return t >= 0 && t < (float) classes;
}

static int32_t
check_labels (const DnnInts *ignored, const DnnHost *host, const DnnLossPass *p)
{
  const float *t = dnn_f32 (p->y_true);
  const int64_t rows = dnn_rows (p->y_pred), classes = dnn_columns (p->y_pred);
  bool ok = true;
  int64_t i = 0;

  for (int64_t k = 0; k < rows; k++)
    ok &= is_label (t[k], classes);
  if (ok)
    return 0;
  while (i < rows &&
         (is_label (t[i], classes) || dnn_ints_have (ignored, t[i])))
    i++;
  return i == rows ? 0
                   : host->fail (p, "label %g is not between 0 and %lld",
                                 (double) t[i], (long long) classes - 1);
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

/* Predictions, a row a label, and what is made of them. */
typedef struct {
  bool logits;
  int64_t rows, c;
  const float *y, *t, *scale;
  float *losses, *dy; /* NULL: not asked for */
} Rows;

static void
do_logits (const Rows *r, const DnnHost *host)
{
  if (r->dy != NULL)
    dnn_softmax (host, r->y, r->rows, r->c, r->scale, r->dy, r->losses);
  else
    dnn_log_sum_exp (host, r->y, r->rows, r->c, r->losses);
  for (int64_t i = 0; r->losses != NULL && i < r->rows; i++)
    r->losses[i] -= r->y[i * r->c + (int64_t) r->t[i]];
  for (int64_t i = 0; r->dy != NULL && i < r->rows; i++)
    r->dy[i * r->c + (int64_t) r->t[i]] -= r->scale[i];
}

static void
do_probabilities (const Rows *r)
{
  for (int64_t i = 0; i < r->rows; i++) {
    const float *p = r->y + i * r->c;
    const int64_t t = (int64_t) r->t[i];

    if (r->losses != NULL)
      r->losses[i] = (float) (log (sum_clipped (p, r->c)) - log (clip (p[t])));
    if (r->dy != NULL)
      gradient_of_probabilities (p, t, r->scale[i], r->dy + i * r->c, r->c);
  }
}

static void
do_rows (const Rows *r, const DnnHost *host)
{
  if (r->logits)
    do_logits (r, host);
  else
    do_probabilities (r);
}

/* The sample number i, which has several labels. */
static void
do_sample (const Rows *all, const DnnHost *host, DnnLossPass *p, int64_t i)
{
  const int64_t labels = all->rows / p->y_pred->dims[0];
  float scale[DNN_ROOM], losses[DNN_ROOM], sum = 0;
  Rows r = *all;

  for (int64_t k = 0; p->scale != NULL && k < dnn_fit (labels); k++)
    scale[k] = p->scale[i] / (float) labels;
  r.scale = scale;
  r.losses = p->value != NULL ? losses : NULL;
  for (int64_t k = i * labels; k < (i + 1) * labels; k += r.rows) {
    r.rows = dnn_fit ((i + 1) * labels - k);
    r.y = all->y + k * r.c;
    r.t = all->t + k;
    r.dy = all->dy != NULL ? all->dy + k * r.c : NULL;
    do_rows (&r, host);
    for (int64_t j = 0; r.losses != NULL && j < r.rows; j++)
      sum += losses[j];
  }
  if (p->value != NULL)
    p->value[i] = sum / (float) labels;
}

/* Those rows that count count as if there were as many as real ones. */
static void
do_counted (const Rows *all, const DnnHost *host, DnnLossPass *p,
            const DnnInts *ignored)
{
  const int64_t samples = p->y_pred->dims[0], labels = all->rows / samples;
  double n = 0, real = 0;

  for (int64_t i = 0; i < all->rows; i++)
    if (dnn_sample_is_real (p, i / labels)) {
      real++;
      n += !dnn_ints_have (ignored, all->t[i]);
    }
  for (int64_t i = 0; p->value != NULL && i < samples; i++)
    p->value[i] = 0;
  for (int64_t i = 0; i < all->rows; i++) {
    const bool counts = !dnn_ints_have (ignored, all->t[i]);
    const float share = (float) (real / (double) labels / n), first = 0;
    const float scale = p->scale != NULL ? share * p->scale[i / labels] : 0;
    float *dy = all->dy != NULL ? all->dy + i * all->c : NULL, loss = 0;
    const float *y = all->y + i * all->c, *t = counts ? all->t + i : &first;
    const Rows row = { all->logits, 1, all->c, y, t, &scale, &loss, dy };

    do_rows (&row, host);
    for (int64_t j = 0; !counts && dy != NULL && j < all->c; j++)
      dy[j] = 0; /* whatever was predicted there */
    if (counts && p->value != NULL)
      p->value[i / labels] += share * loss;
  }
}

static int32_t
value_and_gradient (const void *self, const DnnHost *host, DnnLossPass *p)
{
  const DnnInts *ignored = &((const Crossentropy *) self)->ignore_class;
  const int64_t samples = p->y_pred->dims[0];
  const Rows r = {
    .logits = p->from_logits || ((const Crossentropy *) self)->from_logits,
    .rows = dnn_rows (p->y_pred),
    .c = dnn_columns (p->y_pred),
    .y = dnn_f32 (p->y_pred),
    .t = dnn_f32 (p->y_true),
    .scale = p->scale,
    .losses = p->value,
    .dy = dnn_f32 (p->dy_pred),
  };

  if (check_labels (ignored, host, p) != 0)
    return -1;
  if (ignored->n > 0)
    do_counted (&r, host, p, ignored);
  else if (r.rows == samples)
    do_rows (&r, host);
  else
    for (int64_t i = 0; i < samples; i++)
      do_sample (&r, host, p, i);
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
  .name = "sparse_categorical_crossentropy",
  .title = "SparseCategoricalCrossentropy",
  .version = "1.0",
  .summary =
      "-log of the probability given to the right class; labels are numbers",
  .reference = "https://keras.io/api/losses/probabilistic_losses/",
  .flags = DNN_FLAG_USUAL | DNN_FLAG_GIVES_VALUE,
  .self_size = sizeof (Crossentropy),
  .params = DNN_PARAM_TABLE (params),
  .ops = &ops,
  .example_inputs = "4; 1",
};
