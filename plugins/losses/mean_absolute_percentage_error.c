/* mean_absolute_percentage_error - mean of the differences, in percent of the
 * targets
 *
 *   L = 100 Σⱼ |yⱼ - tⱼ| / m / n    dL/dyⱼ = 100 sign (yⱼ - tⱼ) / m / n
 *   m = max (|tⱼ|, ε)               ε = 1e-7
 *
 * over the n elements of a sample.
 */
#include <dnn/plugin.h>
#include <math.h>

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  (void) self;
  return host->match_targets (b, DNN_TARGET_VALUES);
}

static double
loss_of (const void *self, double t, double y, double *ret_slope)
{
  const double e = y - t, percent = 100 / fmax (fabs (t), 1e-7);

  (void) self;
  *ret_slope = ((e > 0) - (e < 0)) * percent;
  return fabs (e) * percent;
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
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_LOSS,
  .name = "mean_absolute_percentage_error",
  .title = "MeanAbsolutePercentageError",
  .version = "1.0",
  .summary = "mean of the differences, in percent of the targets",
  .reference = "https://keras.io/api/losses/regression_losses/",
  .flags = DNN_FLAG_GIVES_VALUE,
  .ops = &ops,
  .example_inputs = "4; 4",
};
