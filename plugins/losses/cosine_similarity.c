/* cosine_similarity - -1 where two rows point the same way, 1 where opposite
 *
 *   L = -Σⱼ t̂ⱼ ŷⱼ    ŷ = y / ‖y‖    t̂ = t / ‖t‖
 *   dL/dyⱼ = (Σₖ t̂ₖ ŷₖ ŷⱼ - t̂ⱼ) / ‖y‖
 *
 * over a row; a norm is never taken for less than 1e-7, as in Keras.  Where a
 * sample has several rows, L is their mean.
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
norm_of (const float *x, int64_t n)
{
  double sum = 0;

  for (int64_t j = 0; j < n; j++)
    sum += (double) x[j] * x[j];
  return sqrt (fmax (sum, 1e-14));
}

static double
loss_of (const void *self, const float *t, const float *y, int64_t n,
         float *ret_slope)
{
  const double norm_y = norm_of (y, n), norm_t = norm_of (t, n);
  double dot = 0;

  (void) self;
  for (int64_t j = 0; j < n; j++)
    dot += (double) t[j] * y[j] / norm_t / norm_y;
  for (int64_t j = 0; ret_slope != NULL && j < n; j++)
    ret_slope[j] = (float) ((dot * y[j] / norm_y - t[j] / norm_t) / norm_y);
  return -dot;
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
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_LOSS,
  .name = "cosine_similarity",
  .title = "CosineSimilarity",
  .version = "1.0",
  .summary = "-1 where two rows point the same way, 1 where opposite",
  .reference = "https://keras.io/api/losses/regression_losses/",
  .flags = DNN_FLAG_GIVES_VALUE,
  .ops = &ops,
  .example_inputs = "4; 4",
};
