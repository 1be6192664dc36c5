/* layer_normalization - every row with mean 0 and variance 1
 *
 *   x̂ = (x - μ) / √(v + ε)    y = γ x̂ + β    x, y: N×C    γ, β: C    μ, v: N
 *   μ = Σ x / C               v = Σ (x - μ)² / C
 *
 *   dL/dβ = Σₙ dy    dL/dγ = Σₙ dy x̂
 *   dL/dx = (g - Σ g / C - x̂ Σ g x̂ / C) / √(v + ε)    g = γ dy
 *
 * C is the product of the dimensions of `axis`, N that of the others.
 * Ba, Kiros, Hinton: Layer normalization, 2016, eq. 3 and 4.
 */
#include <dnn/plugin.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

typedef struct {
  DnnInts axis;
  double epsilon; /* ε */
  bool center;
  bool scale;
} LayerNormalization;

enum { GAMMA, BETA };
enum { MEAN, RATIO }; /* saved: μ and 1 / √(v + ε) */

static const DnnParam params[] = {
  DNN_INTS (LayerNormalization, axis, "-1", -DNN_MAX_DIMS, DNN_MAX_DIMS - 1,
            "axis", "what is normalized over; -1: the last"),
  DNN_FLOAT (LayerNormalization, epsilon, "0.001", 0, 1, "variance",
             "added to the variance"),
  DNN_BOOL (LayerNormalization, center, "true", "add a trained beta"),
  DNN_BOOL (LayerNormalization, scale, "true", "multiply by a trained gamma"),
};

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  const LayerNormalization *ln = self;
  const DnnShape shape = dnn_shape_of (b->x[0]);
  DnnShape row, column;

  if (shape.n_dims < 2)
    return host->fail (b, "input must be a batch of rows, not of numbers");
  if (dnn_axes_build (host, b, &ln->axis) != 0)
    return -1;

  row = dnn_axes_shape (&shape, &ln->axis);
  column = DNN_SHAPE (dnn_count (b->x[0]) /
                      dnn_axes_last (&shape, &ln->axis).columns);
  dnn_add_gain (host, b, row, ln->scale, ln->center);
  host->add_saved (b, MEAN, column);
  host->add_saved (b, RATIO, column);
  host->set_output (b, 0, shape);
  dnn_axes_keep_mask (host, b, &ln->axis);
  host->backward_reads (b, DNN_READS_X);
  return 0;
}

/* μ and 1 / √(v + ε) of a row */
static void
measure (const float *x, int64_t n, double epsilon, float *ret_mean,
         float *ret_ratio)
{
  double mean = 0, variance = 0;

  for (int64_t j = 0; j < n; j++)
    mean += x[j];
  mean /= (double) n;
  for (int64_t j = 0; j < n; j++)
    variance += (x[j] - mean) * (x[j] - mean);
  *ret_mean = (float) mean;
  *ret_ratio = (float) (1 / sqrt (variance / (double) n + epsilon));
}

static int32_t
forward_rows (const void *self, const DnnHost *host, DnnPass *pass)
{
  const LayerNormalization *ln = self;
  const int64_t columns = dnn_columns (pass->x[0]),
                rows = dnn_rows (pass->x[0]);
  const float *x = dnn_f32 (pass->x[0]);
  float *mean = dnn_f32 (pass->saved[MEAN]);
  float *ratio = dnn_f32 (pass->saved[RATIO]);
  float *y = dnn_f32 (pass->y[0]);

  (void) host;
  for (int64_t i = 0; i < rows; i++, x += columns, y += columns) {
    measure (x, columns, ln->epsilon, &mean[i], &ratio[i]);
    for (int64_t j = 0; j < columns; j++)
      y[j] = (x[j] - mean[i]) * ratio[i];
    dnn_gain (pass, y, 0, columns);
  }
  return 0;
}

/* dγ = Σ dy x̂ */
static void
gradient_of_gamma (const DnnPass *pass)
{
  const int64_t columns = dnn_columns (pass->x[0]),
                rows = dnn_rows (pass->x[0]);
  const float *x = dnn_f32 (pass->x[0]), *dy = dnn_f32 (pass->dy[0]);
  const float *mean = dnn_f32 (pass->saved[MEAN]);
  const float *ratio = dnn_f32 (pass->saved[RATIO]);
  float *dgamma = dnn_f32 (pass->dw[GAMMA]);

  memset (dgamma, 0, (size_t) columns * sizeof (float));
  for (int64_t i = 0; i < rows; i++, x += columns, dy += columns)
    for (int64_t j = 0; j < columns; j++)
      dgamma[j] += dy[j] * ((x[j] - mean[i]) * ratio[i]);
}

static int32_t
backward_rows (const void *self, const DnnHost *host, DnnPass *pass)
{
  const int64_t columns = dnn_columns (pass->x[0]),
                rows = dnn_rows (pass->x[0]);
  const float *x = dnn_f32 (pass->x[0]), *dy = dnn_f32 (pass->dy[0]);
  const float *gamma = dnn_f32 (pass->w[GAMMA]);
  const float *mean = dnn_f32 (pass->saved[MEAN]);
  const float *ratio = dnn_f32 (pass->saved[RATIO]);
  float *dx = dnn_f32 (pass->dx[0]);

  (void) self;
  host->sum_rows (pass, pass->dy[0], pass->dw[BETA]); /* dβ = Σ dy */
  if (pass->dw[GAMMA] != NULL)
    gradient_of_gamma (pass);
  if (dx == NULL)
    return 0;

  for (int64_t i = 0; i < rows; i++, x += columns, dy += columns) {
    double sum = 0, dot = 0; /* Σ g, Σ g x̂ */

    for (int64_t j = 0; j < columns; j++) {
      const double g = gamma != NULL ? (double) gamma[j] * dy[j] : dy[j];

      sum += g;
      dot += g * ((x[j] - mean[i]) * ratio[i]);
    }
    sum /= (double) columns;
    dot /= (double) columns;
    for (int64_t j = 0; j < columns; j++, dx++)
      *dx =
          ratio[i] * ((gamma != NULL ? gamma[j] * dy[j] : dy[j]) - (float) sum -
                      (x[j] - mean[i]) * ratio[i] * (float) dot);
  }
  return 0;
}

DNN_AXES_PASSES (LayerNormalization, axis, DNN_READS_X, forward_rows,
                 backward_rows)

static const DnnLayerOps ops = {
  DNN_LAYER_OPS (1),
  .build = build,
  .forward = forward,
  .backward = backward,
};

static const DnnForeign foreign[] = {
  { "onnx", "LayerNormalization", "axis epsilon center=?B",
    "gamma=Scale beta=B" },
  { "keras", "LayerNormalization", "axis epsilon center scale",
    "gamma=0 beta=1" },
  { "torch", "LayerNorm", "epsilon=eps center=?bias scale=?weight",
    "gamma=weight beta=bias" },
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_LAYER,
  .name = "layer_normalization",
  .title = "LayerNormalization",
  .version = "1.0",
  .summary = "every row with mean 0 and variance 1",
  .reference = "Ba, Kiros, Hinton: Layer normalization, 2016",
  .self_size = sizeof (LayerNormalization),
  .params = DNN_PARAM_TABLE (params),
  .ops = &ops,
  .foreign = DNN_FOREIGN_TABLE (foreign),
};
