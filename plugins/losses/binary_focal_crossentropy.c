/* binary_focal_crossentropy - binary crossentropy that looks at what is hard
 *
 *   t' = (1 - s) t + s / 2    s: label smoothing    q = t' p + (1 - t') (1 - p)
 *   L = Σⱼ w (1 - q)ᵞ l / n   l: binary crossentropy of p and t'
 *   w = t' α + (1 - t') (1 - α) where classes are balanced, else 1
 *
 *   dL/dp = w ((1 - q)ᵞ dl/dp - γ (1 - q)ᵞ⁻¹ (2 t' - 1) l) / n
 *   probabilities: l of p clipped to ε .. 1 - ε    dl/dp = (p - t') / p / (1 -
 * p) logits z:      dp/dz = p (1 - p)               dl/dz = p - t'
 *
 * over the n elements of a sample; no dl/dp where p is clipped.
 * Lin, Goyal, Girshick, He, Dollár: Focal loss for dense object detection, ICCV
 * 2017, eq. 4 and 5.
 */
#include <dnn/plugin.h>
#include <math.h>
#include <stdbool.h>

typedef struct {
  bool apply_class_balancing;
  double alpha; /* α */
  double gamma; /* γ */
  bool from_logits;
  double label_smoothing; /* s */
} Focal;

static const DnnParam params[] = {
  DNN_BOOL (Focal, apply_class_balancing, "false",
            "weigh yes by alpha and no by 1 - alpha"),
  DNN_FLOAT (Focal, alpha, "0.25", 0, 1, "share", "weight of the class of 1"),
  DNN_FLOAT (Focal, gamma, "2", 0, 100, "exponent",
             "how much less what is easy counts; 0: as much"),
  DNN_BOOL (Focal, from_logits, "false",
            "the prediction has not been through a sigmoid"),
  DNN_FLOAT (Focal, label_smoothing, "0", 0, 1, "share",
             "how far targets move from 0 and 1 towards the middle"),
};

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  host->expect_range (b, 1, 0, 1, 0);
  if (((const Focal *) self)->from_logits)
    host->scores (b, DNN_LOGITS);
  return host->match_targets (b, DNN_TARGET_VALUES);
}

static const float epsilon = 1e-7f, one_less = (float) (1 - 1e-7);

static double
smooth (const Focal *focal, double t)
{
  return t * (1 - focal->label_smoothing) + focal->label_smoothing / 2;
}

/* Of l and dl/dp, or dl/dz and p' = dp/dz, to those of L. */
static double
focus (const Focal *focal, double t, double p, double dp, double l,
       double *slope)
{
  const double q = t * p + (1 - t) * (1 - p), gamma = focal->gamma;
  const double alpha = focal->alpha, factor = pow (1 - q, gamma);
  const double w =
      focal->apply_class_balancing ? t * alpha + (1 - t) * (1 - alpha) : 1;
  const double steep =
      gamma > 0 && q < 1 ? gamma * pow (1 - q, gamma - 1) * (2 * t - 1) : 0;

  *slope = w * (factor * *slope - steep * dp * l);
  return w * factor * l;
}

static double
loss_of (const void *self, double t, double p, double *ret_slope)
{
  const double c = fmax (epsilon, fmin (p, one_less));
  const double s = smooth (self, t);

  *ret_slope = c == p ? (c - s) / c / (1 - c) : 0;
  return focus (self, s, p, 1, -s * log (c) - (1 - s) * log (1 - c), ret_slope);
}

static double
loss_of_logit (const void *self, double t, double z, double *ret_slope)
{
  const double p = 1 / (1 + exp (-z)), s = smooth (self, t);

  *ret_slope = p - s;
  return focus (self, s, p, p * (1 - p),
                fmax (z, 0) - z * s + log1p (exp (-fabs (z))), ret_slope);
}

static DnnElementLoss
choose (const void *self, const DnnLossPass *p)
{
  return p->from_logits || ((const Focal *) self)->from_logits ? loss_of_logit
                                                               : loss_of;
}

static int32_t
value (const void *self, const DnnHost *host, DnnLossPass *p)
{
  (void) host;
  return dnn_mean_value (self, p, choose (self, p));
}

static int32_t
gradient (const void *self, const DnnHost *host, DnnLossPass *p)
{
  (void) host;
  return dnn_mean_gradient (self, p, choose (self, p));
}

static const DnnLossOps ops = {
  DNN_LOSS_OPS ("sigmoid"),
  .build = build,
  .value = value,
  .gradient = gradient,
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  .kind = DNN_KIND_LOSS,
  .name = "binary_focal_crossentropy",
  .title = "BinaryFocalCrossentropy",
  .version = "1.0",
  .summary = "binary crossentropy that looks at what is hard",
  .reference = "Lin, Goyal, Girshick, He, Dollár: Focal loss for dense object "
               "detection, "
               "ICCV 2017",
  .flags = DNN_FLAG_GIVES_VALUE,
  .self_size = sizeof (Focal),
  .params = params,
  .n_params = sizeof params / sizeof params[0],
  .param_stride = sizeof params[0],
  .ops = &ops,
  .example_inputs = "1; 1",
};
