/* tversky - how little predicted and actual sets cover each other
 *
 *   B = Σ t y    M = Σ t (1 - y)    F = Σ (1 - t) y
 *   D = B + α M + β F + ε           L = 1 - B / D
 *   dL/dy = (B (t - α t + β (1 - t)) - D t) / D²
 *
 * over the axes of `axis`, the batch among them or not; the mean over the rest.
 * No axis: over the whole batch, as in Keras, so that every sample has the same
 * L.  M is what was missed; Keras calls it false positives, and in the paper α
 * weighs F: the numbers here are Keras'.
 * Salehi, Erdogmus, Gholipour: Tversky loss function for image segmentation,
 * 2017, eq. 3.
 */
#include <dnn/plugin.h>
#include <stdbool.h>

typedef struct {
  double alpha; /* α */
  double beta;  /* β */
  DnnInts axis;
  double epsilon; /* ε */
} Tversky;

static const DnnParam params[] = {
  DNN_FLOAT (Tversky, alpha, "0.5", 0, 1e9, "factor", "what the missed counts"),
  DNN_FLOAT (Tversky, beta, "0.5", 0, 1e9, "factor",
             "what the found counts that is wrong"),
  DNN_ROW (Tversky, axis, NULL, DNN_PARAM_INTS, 0, "", -DNN_MAX_DIMS,
           DNN_MAX_DIMS - 1, "axis",
           "axes that are one set, 0 is the batch; none: all", NULL),
  DNN_FLOAT (Tversky, epsilon, "1e-7", 0, 1, "elements",
             "keeps the quotient finite"),
};

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  const DnnInts *axis = &((const Tversky *) self)->axis;
  const int64_t n = b->x[0]->n_dims;

  for (int64_t i = 0; i < axis->n; i++)
    if (axis->at[i] < -n || axis->at[i] >= n)
      return host->fail (b, "axis must be -%d to %d, not '%d'", (int) n,
                         (int) n - 1, (int) axis->at[i]);
  return host->match_targets (b, DNN_TARGET_VALUES);
}

/* Some of a tensor's axes; neighbours are one. */
typedef struct {
  int n;
  int64_t size[DNN_MAX_DIMS], stride[DNN_MAX_DIMS];
  int64_t count;
} Axes;

static bool
is_over (const DnnInts *axis, int64_t k, int64_t n)
{
  return axis->n == 0 || dnn_ints_have (axis, (double) k) ||
         dnn_ints_have (axis, (double) (k - n));
}

/* Those that are summed over, or the rest. */
static Axes
axes_of (const Tversky *tversky, const DnnTensor *y, bool over)
{
  Axes axes = { .count = 1 };
  int64_t stride = dnn_count (y);
  bool before = false;

  for (int64_t k = 0; k < y->n_dims; k++) {
    const bool here = is_over (&tversky->axis, k, y->n_dims) == over;

    stride /= y->dims[k];
    if (here) {
      axes.n += !before;
      axes.size[axes.n - 1] = (before ? axes.size[axes.n - 1] : 1) * y->dims[k];
      axes.stride[axes.n - 1] = stride;
      axes.count *= y->dims[k];
    }
    before = here;
  }
  return axes;
}

/* Where element i of those axes lies. */
static int64_t
place (const Axes *axes, int64_t i)
{
  int64_t at = 0;

  for (int k = axes->n - 1; k >= 0; k--) {
    at += i % axes->size[k] * axes->stride[k];
    i /= axes->size[k];
  }
  return at;
}

/* L of the set that begins at t and y, and dy = scale dL/dy. */
static double
set_loss (const Tversky *c, const Axes *over, const float *t, const float *y,
          double scale, float *dy)
{
  double both = 0, missed = 0, wrong = 0, all;

  for (int64_t i = 0; i < over->count; i++) {
    const int64_t j = place (over, i);

    both += (double) t[j] * y[j];
    missed += t[j] * (1 - (double) y[j]);
    wrong += (1 - (double) t[j]) * y[j];
  }
  all = both + c->alpha * missed + c->beta * wrong + c->epsilon;
  for (int64_t i = 0; dy != NULL && i < over->count; i++) {
    const int64_t j = place (over, i);
    const double slope = t[j] - c->alpha * t[j] + c->beta * (1 - t[j]);

    dy[j] = (float) (scale * (both / all * slope - t[j]) / all);
  }
  return 1 - both / all;
}

/* Writes those of value and dy_pred that are not NULL. */
static int32_t
value_and_gradient (const void *self, const DnnHost *host, DnnLossPass *p)
{
  const Axes over = axes_of (self, p->y_pred, true);
  const Axes rest = axes_of (self, p->y_pred, false);
  const int64_t samples = p->y_pred->dims[0];
  const int64_t of_sample = dnn_count (p->y_pred) / samples;
  const bool whole =
      is_over (&((const Tversky *) self)->axis, 0, p->y_pred->n_dims);
  const double sets = (double) rest.count / (double) (whole ? 1 : samples);
  float *dy = dnn_f32 (p->dy_pred);
  double sum = 0; /* of the scales */

  (void) host;
  for (int64_t i = 0; i < samples; i++) {
    sum += p->scale != NULL ? p->scale[i] : 0;
    if (p->value != NULL)
      p->value[i] = 0;
  }
  for (int64_t k = 0; k < rest.count; k++) {
    const int64_t at = place (&rest, k), sample = at / of_sample;
    const double scale = whole ? sum : dy != NULL ? p->scale[sample] : 0;
    const double loss = set_loss (self, &over, dnn_f32 (p->y_true) + at,
                                  dnn_f32 (p->y_pred) + at, scale / sets,
                                  dy != NULL ? dy + at : NULL);

    for (int64_t i = whole ? 0 : sample;
         p->value != NULL && i < (whole ? samples : sample + 1); i++)
      p->value[i] += (float) (loss / sets);
  }
  return 0;
}

static const DnnLossOps ops = {
  DNN_LOSS_OPS (NULL),
  .build = build,
  .value = value_and_gradient,
  .gradient = value_and_gradient,
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_LOSS,
  .name = "tversky",
  .title = "Tversky",
  .version = "1.0",
  .summary = "how little predicted and actual sets cover each other",
  .reference = "Salehi, Erdogmus, Gholipour: Tversky loss function for image "
               "segmentation, 2017",
  .flags = DNN_FLAG_GIVES_VALUE,
  .self_size = sizeof (Tversky),
  .params = params,
  .n_params = sizeof params / sizeof params[0],
  .param_stride = sizeof params[0],
  .ops = &ops,
  .example = "axis=-1",
  .example_inputs = "4; 4",
};
