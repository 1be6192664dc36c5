/* huber - squared for small differences, absolute for large ones
 *
 *   e = yⱼ - tⱼ    l = e² / 2              |e| ≤ δ       dl/de = e
 *                      δ |e| - δ² / 2      otherwise             ±δ
 *
 *   L = Σⱼ l / n    dL/dyⱼ = dl/de / n
 *
 * over the n elements of a sample.
 * Huber: Robust estimation of a location parameter, Annals of Mathematical
 * Statistics 35, 1964.
 */
#include <dnn/plugin.h>
#include <math.h>

typedef struct {
  double delta; /* δ */
} Huber;

static const DnnParam params[] = {
  DNN_FLOAT (Huber, delta, "1", 0, 1e30, "y",
             "the difference from which on it is straight"),
};

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  (void) self;
  return host->match_targets (b, DNN_TARGET_VALUES);
}

static double
loss_of (const void *self, double t, double y, double *ret_slope)
{
  const double delta = ((const Huber *) self)->delta;
  const double e = y - t, size = fabs (e);

  *ret_slope = fmax (-delta, fmin (e, delta));
  return size <= delta ? e * e / 2 : delta * size - delta * delta / 2;
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
  .name = "huber",
  .title = "Huber",
  .version = "1.0",
  .summary = "squared for small differences, absolute for large ones",
  .reference = "Huber: Robust estimation of a location parameter, Annals of "
               "Mathematical Statistics 35, 1964",
  .flags = DNN_FLAG_GIVES_VALUE,
  .self_size = sizeof (Huber),
  .params = params,
  .n_params = sizeof params / sizeof params[0],
  .param_stride = sizeof params[0],
  .ops = &ops,
};
