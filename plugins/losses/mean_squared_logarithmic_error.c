/* mean_squared_logarithmic_error - mean of the squared differences of
 * logarithms
 *
 *   L = Σⱼ dⱼ² / n    dⱼ = ln (1 + max (yⱼ, ε)) - ln (1 + max (tⱼ, ε))
 *   dL/dyⱼ = 2 dⱼ / (1 + yⱼ) / n    none where yⱼ is below ε = 1e-7
 *
 * over the n elements of a sample.
 */
#include <dnn/plugin.h>
#include <math.h>

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  (void) self;
  host->expect_range (b, 1, 0, INFINITY, 0);
  return host->match_targets (b, DNN_TARGET_VALUES);
}

/* NaN stays, as fmax has it not. */
static double
floor_of (double x)
{
  return x < 1e-7 ? 1e-7 : x;
}

static double
loss_of (const void *self, double t, double y, double *ret_slope)
{
  const double d = log1p (floor_of (y)) - log1p (floor_of (t));

  (void) self;
  *ret_slope = y > 1e-7 ? 2 * d / (1 + y) : 0;
  return d * d;
}

static int32_t
value (const void *self, const DnnHost *host, DnnLossPass *p)
{
  (void) host;
  return dnn_mean_value (self, p, loss_of);
}

static int32_t
gradient (const void *self, const DnnHost *host, DnnLossPass *p)
{
  (void) host;
  return dnn_mean_gradient (self, p, loss_of);
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
  .name = "mean_squared_logarithmic_error",
  .title = "MeanSquaredLogarithmicError",
  .version = "1.0",
  .summary = "mean of the squared differences of logarithms",
  .reference = "https://keras.io/api/losses/regression_losses/",
  .flags = DNN_FLAG_GIVES_VALUE,
  .ops = &ops,
  .example_inputs = "4; 4",
};
