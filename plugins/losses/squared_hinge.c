/* squared_hinge - square of what is missing to the margin
 *
 *   g = max (1 - tⱼ yⱼ, 0)    L = Σⱼ g² / n    dL/dyⱼ = -2 g tⱼ / n
 *
 * over the n elements of a sample.  Targets are -1 and 1; where all of a batch
 * are 0 or 1, as in Keras, 2 t - 1 takes their place.
 */
#include <dnn/plugin.h>

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  (void) self;
  host->expect_range (b, 1, -1, 1, 0);
  host->scores (b, DNN_MARGINS);
  return host->match_targets (b, DNN_TARGET_VALUES);
}

static double
loss_of (const void *self, double t, double y, double *ret_slope)
{
  const double gap = 1 - t * y;

  (void) self;
  *ret_slope = gap > 0 ? -2 * gap * t : 0;
  return gap <= 0 ? 0 : gap * gap; /* NaN stays */
}

static double
loss_of_bit (const void *self, double t, double y, double *ret_slope)
{
  return loss_of (self, 2 * t - 1, y, ret_slope);
}

/* The formula by the labels of this batch: 0 and 1, or -1 and 1. */
static DnnElementLoss
choose (const DnnLossPass *p)
{
  const float *t = dnn_f32 (p->y_true);

  for (int64_t i = 0, n = dnn_count (p->y_true); i < n; i++)
    if (t[i] != 0 && t[i] != 1)
      return loss_of;
  return loss_of_bit;
}

static int32_t
value (const void *self, const DnnHost *host, DnnLossPass *p)
{
  (void) host;
  return dnn_mean_value (self, p, choose (p));
}

static int32_t
gradient (const void *self, const DnnHost *host, DnnLossPass *p)
{
  (void) host;
  return dnn_mean_gradient (self, p, choose (p));
}

static const DnnLossOps ops = {
  DNN_LOSS_OPS (NULL),
  .build = build,
  .value = value,
  .gradient = gradient,
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  .kind = DNN_KIND_LOSS,
  .name = "squared_hinge",
  .title = "SquaredHinge",
  .version = "1.0",
  .summary = "square of what is missing to the margin",
  .reference = "https://keras.io/api/losses/hinge_losses/",
  .flags = DNN_FLAG_GIVES_VALUE,
  .ops = &ops,
  .example_inputs = "4; 4",
};
