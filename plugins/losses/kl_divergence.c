/* kl_divergence - what is lost by taking one distribution for another
 *
 *   L = Σⱼ t'ⱼ ln (t'ⱼ / p'ⱼ)    dL/dpⱼ = -t'ⱼ / pⱼ, none where p is clipped
 *
 * over a row, with t' and p' clipped to ε .. 1, ε = 1e-7; where a sample has
 * several rows, L is their mean.
 * Kullback, Leibler: On information and sufficiency, Annals of Mathematical
 * Statistics 22, 1951, eq. 2.4.
 */
#include <dnn/plugin.h>
#include <math.h>

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  (void) self;
  host->expect_range (b, 1, 0, 1, DNN_ROWS_SUM_TO_1);
  return host->match_targets (b, DNN_TARGET_VALUES);
}

/* NaN stays, as fmin has it not. */
static double
clip (double p)
{
  return p > 1 ? 1 : p < 1e-7 ? 1e-7 : p;
}

static double
loss_of (const void *self, const float *t, const float *p, int64_t n,
         float *ret_slope)
{
  double sum = 0;

  (void) self;
  for (int64_t j = 0; j < n; j++) {
    const double c = clip (p[j]), tj = clip (t[j]);

    sum += tj * log (tj / c);
    if (ret_slope != NULL)
      ret_slope[j] = p[j] >= 1e-7 && p[j] <= 1 ? (float) (-tj / c) : 0;
  }
  return sum;
}

static int32_t
value (const void *self, const DnnHost *host, DnnLossPass *p)
{
  (void) host;
  return dnn_rows_value (self, p, loss_of);
}

static int32_t
gradient (const void *self, const DnnHost *host, DnnLossPass *p)
{
  (void) host;
  return dnn_rows_gradient (self, p, loss_of);
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
  .name = "kl_divergence",
  .title = "KLDivergence",
  .version = "1.0",
  .summary = "what is lost by taking one distribution for another",
  .reference = "https://keras.io/api/losses/probabilistic_losses/",
  .flags = DNN_FLAG_GIVES_VALUE,
  .ops = &ops,
  .example_inputs = "4; 4",
};
