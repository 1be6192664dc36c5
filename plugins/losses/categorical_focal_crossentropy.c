/* categorical_focal_crossentropy - crossentropy that looks at what is hard;
 * targets are one-hot
 *
 *   t' = (1 - s) t + s / C    s: label smoothing
 *   logits z: p = softmax (z)    q = p / Σ p    c = clip (q, ε, 1 - ε)
 *   L = -Σⱼ αⱼ (1 - cⱼ)ᵞ t'ⱼ ln cⱼ
 *
 *   dⱼ = dL/dcⱼ = αⱼ t'ⱼ (γ (1 - cⱼ)ᵞ⁻¹ ln cⱼ - (1 - cⱼ)ᵞ / cⱼ)
 *   dL/dpⱼ = (dⱼ - Σₖ qₖ dₖ) / Σ p    dL/dzⱼ = qⱼ (dⱼ - Σₖ qₖ dₖ)
 *
 * over a row of C classes, with d = 0 where q is clipped; where a sample has
 * several rows, L is their mean.
 * Lin, Goyal, Girshick, He, Dollár: Focal loss for dense object detection, ICCV
 * 2017, eq. 4 and 5.
 */
#include <dnn/plugin.h>
#include <math.h>
#include <stdbool.h>

typedef struct {
  DnnFloats alpha; /* α */
  double gamma;    /* γ */
  bool from_logits;
  double label_smoothing; /* s */
} Focal;

static const DnnParam params[] = {
  DNN_ROW (Focal, alpha, NULL, DNN_PARAM_FLOATS, 0, "0.25", 0, 1e9, "factor",
           "weight of every class, or one for each", NULL),
  DNN_FLOAT (Focal, gamma, "2", 0, 100, "exponent",
             "how much less what is easy counts; 0: as much"),
  DNN_BOOL (Focal, from_logits, "false",
            "the prediction has not been through a softmax"),
  DNN_FLOAT (Focal, label_smoothing, "0", 0, 1, "share",
             "share of the target spread over all classes"),
};

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  const int64_t n = ((const Focal *) self)->alpha.n;

  if (b->x[0]->n_dims < 2)
    return host->fail (b, "prediction must be a row of classes a sample");
  if (n != 1 && n != dnn_columns (b->x[0]))
    return host->fail (b,
                       "alpha must be one number or one for each of %lld "
                       "classes, not '%lld' numbers",
                       (long long) dnn_columns (b->x[0]), (long long) n);
  host->expect_range (b, 1, 0, 1, DNN_ROWS_SUM_TO_1);
  if (((const Focal *) self)->from_logits)
    host->scores (b, DNN_LOGITS);
  return host->match_targets (b, DNN_TARGET_VALUES);
}

static const float epsilon = 1e-7f, one_less = (float) (1 - 1e-7);

/* Predictions as shares: q = weight (y) / Σ weight (y). */
typedef struct {
  bool logits;
  double max; /* exp overflows past 709 */
  double sum;
} Shares;

static double
weight_of (const Shares *shares, float y)
{
  return shares->logits ? exp (y - shares->max) : y;
}

static Shares
shares_of (const float *y, int64_t n, bool logits)
{
  Shares shares = { logits, y[0], 0 };

  for (int64_t j = 1; j < n; j++)
    shares.max = fmax (shares.max, y[j]);
  for (int64_t j = 0; j < n; j++)
    shares.sum += weight_of (&shares, y[j]);
  return shares;
}

/* Share of L of class j, and dⱼ. */
static double
class_loss (const Focal *focal, double q, double t, int64_t j, int64_t n,
            double *ret_slope)
{
  /* NaN stays, as fmin has it not. */
  const double c = q > one_less ? one_less : q < epsilon ? epsilon : q;
  const double gamma = focal->gamma;
  const double s = focal->label_smoothing;
  const double alpha = focal->alpha.at[focal->alpha.n > 1 ? j : 0];
  const double a = alpha * (t * (1 - s) + s / (double) n);

  *ret_slope = c == q ? a * (gamma * pow (1 - c, gamma - 1) * log (c) -
                             pow (1 - c, gamma) / c)
                      : 0;
  return -a * pow (1 - c, gamma) * log (c);
}

static double
row_loss (const Focal *focal, const float *t, const float *y, int64_t n,
          const Shares *shares, float *ret_slope)
{
  double sum = 0, dot = 0, d; /* dot: Σ q d */

  for (int64_t j = 0; j < n; j++) {
    const double q = weight_of (shares, y[j]) / shares->sum;

    sum += class_loss (focal, q, t[j], j, n, &d);
    dot += q * d;
  }
  for (int64_t j = 0; ret_slope != NULL && j < n; j++) {
    const double q = weight_of (shares, y[j]) / shares->sum;

    class_loss (focal, q, t[j], j, n, &d);
    ret_slope[j] = (float) ((d - dot) * (shares->logits ? q : 1 / shares->sum));
  }
  return sum;
}

static double
loss_of (const void *self, const float *t, const float *p, int64_t n,
         float *ret_slope)
{
  const Shares shares = shares_of (p, n, false);

  return row_loss (self, t, p, n, &shares, ret_slope);
}

static double
loss_of_logits (const void *self, const float *t, const float *z, int64_t n,
                float *ret_slope)
{
  const Shares shares = shares_of (z, n, true);

  return row_loss (self, t, z, n, &shares, ret_slope);
}

static DnnRowLoss
choose (const void *self, const DnnLossPass *p)
{
  return p->from_logits || ((const Focal *) self)->from_logits ? loss_of_logits
                                                               : loss_of;
}

static int32_t
value (const void *self, const DnnHost *host, DnnLossPass *p)
{
  (void) host;
  return dnn_rows_value (self, p, choose (self, p));
}

static int32_t
gradient (const void *self, const DnnHost *host, DnnLossPass *p)
{
  (void) host;
  return dnn_rows_gradient (self, p, choose (self, p));
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
  .name = "categorical_focal_crossentropy",
  .title = "CategoricalFocalCrossentropy",
  .version = "1.0",
  .summary = "crossentropy that looks at what is hard; targets are one-hot",
  .reference = "Lin, Goyal, Girshick, He, Dollár: Focal loss for dense object "
               "detection, "
               "ICCV 2017",
  .flags = DNN_FLAG_GIVES_VALUE,
  .self_size = sizeof (Focal),
  .params = params,
  .n_params = sizeof params / sizeof params[0],
  .param_stride = sizeof params[0],
  .ops = &ops,
  .example_inputs = "4; 4",
};
