/* categorical_hinge - how far the right class is from winning by 1
 *
 *   L = max (maxⱼ (1 - tⱼ) yⱼ - Σⱼ tⱼ yⱼ + 1, 0)
 *
 * over a row of one-hot t; m is the place of the largest (1 - tⱼ) yⱼ:
 *   dL/dyⱼ = (1 - t_m) δ_jm - tⱼ where L > 0
 * Where a sample has several rows, L is their mean.
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

static double
loss_of (const void *self, const float *t, const float *y, int64_t n,
         float *ret_slope)
{
  double right = 0, wrong = -INFINITY, gap;
  int64_t m = 0;

  (void) self;
  for (int64_t j = 0; j < n; j++) {
    const double other = (1 - (double) t[j]) * y[j];

    right += (double) t[j] * y[j];
    m = other > wrong ? j : m;
    wrong = fmax (wrong, other);
  }
  gap = wrong - right + 1;
  for (int64_t j = 0; ret_slope != NULL && j < n; j++)
    ret_slope[j] = gap > 0 ? (j == m ? 1 - t[m] : 0) - t[j] : 0;
  return gap < 0 ? 0 : gap; /* NaN stays, as fmax has it not */
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
  .name = "categorical_hinge",
  .title = "CategoricalHinge",
  .version = "1.0",
  .summary = "how far the right class is from winning by 1",
  .reference = "https://keras.io/api/losses/hinge_losses/",
  .flags = DNN_FLAG_GIVES_VALUE,
  .ops = &ops,
  .example_inputs = "4; 4",
};
