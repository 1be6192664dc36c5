/* log_cosh - squared for small differences, absolute for large ones
 *
 *   L = Σⱼ ln cosh e / n    dL/dyⱼ = tanh e / n    e = yⱼ - tⱼ
 *
 * with ln cosh e = |e| + ln (1 + exp -2|e|) - ln 2, as cosh overflows, over the
 * n elements of a sample.
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
  const double e = y - t, size = fabs (e);

  (void) self;
  *ret_slope = tanh (e);
  return size + log1p (exp (-2 * size)) - log (2);
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
  .name = "log_cosh",
  .title = "LogCosh",
  .version = "1.0",
  .summary = "squared for small differences, absolute for large ones",
  .reference = "https://keras.io/api/losses/regression_losses/",
  .flags = DNN_FLAG_GIVES_VALUE,
  .ops = &ops,
  .example_inputs = "4; 4",
};
