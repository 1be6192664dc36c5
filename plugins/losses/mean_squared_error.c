/* mean_squared_error - mean of the squared differences
 *
 *   L = Σⱼ (yⱼ - tⱼ)² / n    dL/dyⱼ = 2 (yⱼ - tⱼ) / n
 *
 * over the n elements of a sample.
 */
#include <dnn/plugin.h>

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  (void) self;
  return host->match_targets (b, DNN_TARGET_VALUES);
}

static double
loss_of (const void *self, double t, double y, double *ret_slope)
{
  const double e = y - t;

  (void) self;
  *ret_slope = 2 * e;
  return e * e;
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
  .name = "mean_squared_error",
  .title = "MeanSquaredError",
  .version = "1.0",
  .summary = "mean of the squared differences",
  .reference = "https://keras.io/api/losses/regression_losses/",
  .flags = DNN_FLAG_GIVES_VALUE,
  .ops = &ops,
};
