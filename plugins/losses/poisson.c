/* poisson - -log of the probability of a count
 *
 *   L = Σⱼ (yⱼ - tⱼ ln (yⱼ + ε)) / n    dL/dyⱼ = (1 - tⱼ / (yⱼ + ε)) / n
 *   logits z:  y = exp z                dL/dzⱼ = y dL/dyⱼ
 *
 * with ε = 1e-7 over the n elements of a sample: up to ln t!, which does not
 * depend on y, -log of a Poisson distribution of mean y.
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

static double
loss_of (const void *self, double t, double y, double *ret_slope)
{
  (void) self;
  *ret_slope = 1 - t / (y + 1e-7);
  return y - t * log (y + 1e-7);
}

static double
loss_of_logit (const void *self, double t, double z, double *ret_slope)
{
  const double y = exp (z), loss = loss_of (self, t, y, ret_slope);

  *ret_slope *= y;
  return loss;
}

static int32_t
value (const void *self, const DnnHost *host, DnnLossPass *p)
{
  (void) host;
  return dnn_mean_value (self, p, p->from_logits ? loss_of_logit : loss_of);
}

static int32_t
gradient (const void *self, const DnnHost *host, DnnLossPass *p)
{
  (void) host;
  return dnn_mean_gradient (self, p, p->from_logits ? loss_of_logit : loss_of);
}

static const DnnLossOps ops = {
  DNN_LOSS_OPS ("exponential"),
  .build = build,
  .value = value,
  .gradient = gradient,
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  .kind = DNN_KIND_LOSS,
  .name = "poisson",
  .title = "Poisson",
  .version = "1.0",
  .summary = "-log of the probability of a count",
  .reference = "https://keras.io/api/losses/probabilistic_losses/",
  .flags = DNN_FLAG_USUAL | DNN_FLAG_GIVES_VALUE,
  .ops = &ops,
  .example_inputs = "4; 4",
};
