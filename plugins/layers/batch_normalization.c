/* batch_normalization - every column with mean 0 and variance 1 over the batch
 *
 *   x̂ = (x - μ) / √(v + ε)    y = γ x̂ + β    x, y: N×C    γ, β, μ, v: C
 *
 *   training:   μ = Σₙ x / N    v = Σₙ (x - μ)² / N    over the N real rows
 *               moving_mean ← m moving_mean + (1 - m) μ, and so the variance
 *   else:       μ, v are the moving ones; so too where the layer is frozen
 *
 *   dL/dβ = Σₙ dy    dL/dγ = Σₙ dy x̂
 *   dL/dx = γ / √(v + ε) (dy - dL/dβ / N - x̂ dL/dγ / N)    training
 *           γ / √(v + ε) dy                                else, and of padding
 * Ioffe, Szegedy: Batch normalization, ICML 2015, algorithms 1 and 2; as in
 * Keras the moving variance too is the biased one.
 */
#include <dnn/plugin.h>
#include <math.h>
#include <stdbool.h>

typedef struct {
  DnnInts axis;
  double momentum; /* m */
  double epsilon;  /* ε */
  bool center, scale;
} BatchNormalization;

enum { GAMMA, BETA };
enum { MOVING_MEAN, MOVING_VARIANCE };
enum { STATISTICS };       /* saved: μ, then 1 / √(v + ε), 2×C */
enum { SUMS = 2, SLOPES }; /* scratch, after that of the axes */

static const DnnParam params[] = {
  DNN_INTS (BatchNormalization, axis, "-1", -DNN_MAX_DIMS, DNN_MAX_DIMS - 1,
            "axis", "the columns' axis; -1: the last"),
  DNN_FLOAT (BatchNormalization, momentum, "0.99", 0, 1, "share",
             "share of the moving statistics kept from step to step"),
  DNN_FLOAT (BatchNormalization, epsilon, "0.001", 0, 1, "variance",
             "added to the variance"),
  DNN_BOOL (BatchNormalization, center, "true", "add a trained beta"),
  DNN_BOOL (BatchNormalization, scale, "true", "multiply by a trained gamma"),
};

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  const BatchNormalization *bn = self;
  const DnnShape shape = dnn_shape_of (b->x[0]);
  DnnShape row;
  int64_t columns;

  if (shape.n_dims < 2)
    return host->fail (b, "input must be a batch of rows, not of numbers");
  if (bn->axis.n > 1)
    return host->fail (b, "axis must be one, not '%d'", (int) bn->axis.n);
  if (dnn_axes_build (host, b, &bn->axis) != 0)
    return -1;
  row = dnn_axes_shape (&shape, &bn->axis);
  columns = dnn_axes_last (&shape, &bn->axis).columns;
  dnn_add_gain (host, b, row, bn->scale, bn->center);
  host->add_buffer (b, MOVING_MEAN, "moving_mean", row, "zeros");
  host->add_buffer (b, MOVING_VARIANCE, "moving_variance", row, "ones");
  host->add_saved (b, STATISTICS, DNN_SHAPE (2, columns));
  dnn_column_sums_add (host, b, SUMS, columns);
  host->add_scratch (b, SLOPES, DNN_SHAPE (3, columns));
  host->set_output (b, 0, shape);
  dnn_axes_keep_mask (host, b, &bn->axis);
  host->backward_reads (b, DNN_READS_X);
  return 0;
}

/* x - μ, and its square, of real rows */
DNN_CLONES static void
add_values (const DnnColumnSums *sums, int64_t first, int64_t last, int64_t at,
            int64_t n, double *a, double *b)
{
  const int64_t columns = sums->columns;
  const float *x = dnn_f32 (sums->pass->x[0]) + at;

  for (int64_t i = first; i < last; i++)
    for (int64_t j = 0, m = dnn_is_real (sums->pass, 0, i, sums->rows) ? n : 0;
         j < m; j++) {
      const double d = x[i * columns + j] - sums->mean[at + j];

      a[j] += d;
      b[j] += d * d;
    }
}

/* dy, and dy x̂ */
DNN_CLONES static void
add_gradients (const DnnColumnSums *sums, int64_t first, int64_t last,
               int64_t at, int64_t n, double *a, double *b)
{
  const int64_t columns = sums->columns;
  const float *x = dnn_f32 (sums->pass->x[0]) + at;
  const float *dy = dnn_f32 (sums->pass->dy[0]) + at;
  const float *mean = dnn_f32 (sums->pass->saved[STATISTICS]) + at;
  const float *ratio = mean + columns;

  for (int64_t i = first; i < last; i++)
    for (int64_t j = 0; j < n; j++) {
      a[j] += dy[i * columns + j];
      b[j] += (double) dy[i * columns + j] *
              ((x[i * columns + j] - mean[j]) * ratio[j]);
    }
}

/* Saves μ and 1 / √(v + ε); training also moves the moving ones. */
static void
take_statistics (const BatchNormalization *bn, const DnnHost *host,
                 DnnColumnSums *sums)
{
  const DnnPass *pass = sums->pass;
  const int64_t columns = sums->columns;
  const int64_t rows = sums->rows;
  const double n = (double) dnn_count_real (pass, 0, 0, rows, rows);
  const double m = bn->momentum;
  const bool training = pass->training && !pass->frozen;
  float *mean = dnn_f32 (pass->saved[STATISTICS]), *ratio = mean + columns;
  float *moving_mean = dnn_f32 (pass->buffers[MOVING_MEAN]);
  float *moving_variance = dnn_f32 (pass->buffers[MOVING_VARIANCE]);

  if (training) {
    dnn_column_sums_run (sums, host, add_values);
    for (int64_t j = 0; j < columns; j++)
      sums->mean[j] = sums->a[j] / n;
    dnn_column_sums_run (sums, host, add_values);
  }
  for (int64_t j = 0; j < columns; j++) {
    double mu = moving_mean[j], v = moving_variance[j];

    if (training) {
      mu = sums->mean[j], v = sums->b[j] / n;
      moving_mean[j] = (float) (m * moving_mean[j] + (1 - m) * mu);
      moving_variance[j] = (float) (m * moving_variance[j] + (1 - m) * v);
    }
    mean[j] = (float) mu;
    ratio[j] = (float) (1 / sqrt (v + bn->epsilon));
  }
}

static void
write_rows (void *data, int64_t first, int64_t last, uint32_t worker)
{
  const DnnColumnSums *sums = data;
  const DnnPass *p = sums->pass;
  const int64_t columns = sums->columns;
  const float *mean = dnn_f32 (p->saved[STATISTICS]), *ratio = mean + columns;
  const float *x = dnn_f32 (p->x[0]) + first * columns;
  float *y = dnn_f32 (p->y[0]) + first * columns;

  (void) worker;
  for (int64_t i = first; i < last; i++, x += columns, y += columns) {
    for (int64_t j = 0; j < columns; j++)
      y[j] = (x[j] - mean[j]) * ratio[j];
    dnn_gain (p, y, 0, columns);
  }
}

static int32_t
forward_rows (const void *self, const DnnHost *host, DnnPass *pass)
{
  DnnColumnSums sums = dnn_column_sums (pass, pass->scratch[SUMS]);

  take_statistics (self, host, &sums);
  dnn_column_sums_each (&sums, host, write_rows);
  return 0;
}

static void
write_gradient (void *data, int64_t first, int64_t last, uint32_t worker)
{
  const DnnColumnSums *sums = data;
  const DnnPass *p = sums->pass;
  const int64_t columns = sums->columns;
  const float *x = dnn_f32 (p->x[0]), *dy = dnn_f32 (p->dy[0]);
  const float *mean = dnn_f32 (p->saved[STATISTICS]);
  const float *shift = dnn_f32 (p->scratch[SLOPES]);
  const float *slope = shift + columns, *factor = slope + columns;
  float *dx = dnn_f32 (p->dx[0]);

  (void) worker;
  for (int64_t i = first * columns; i < last * columns; i += columns) {
    const float m = (float) dnn_is_real (p, 0, i / columns, sums->rows);

    for (int64_t j = 0; j < columns; j++)
      dx[i + j] = factor[j] * (dy[i + j] - m * shift[j] -
                               (x[i + j] - mean[j]) * (m * slope[j]));
  }
}

static int32_t
backward_rows (const void *self, const DnnHost *host, DnnPass *pass)
{
  DnnColumnSums sums = dnn_column_sums (pass, pass->scratch[SUMS]);
  const float *gamma = dnn_f32 (pass->w[GAMMA]);
  const float n = (float) dnn_count_real (pass, 0, 0, sums.rows, sums.rows);
  const float part = pass->training && !pass->frozen ? 1 / n : 0;
  float *shift = dnn_f32 (pass->scratch[SLOPES]);
  float *slope = shift + sums.columns, *factor = slope + sums.columns;
  const float *ratio = dnn_f32 (pass->saved[STATISTICS]) + sums.columns;

  (void) self;
  dnn_column_sums_run (&sums, host, add_gradients);
  for (int64_t j = 0; j < sums.columns; j++) {
    if (pass->dw[BETA] != NULL)
      dnn_f32 (pass->dw[BETA])[j] = (float) sums.a[j];
    if (pass->dw[GAMMA] != NULL)
      dnn_f32 (pass->dw[GAMMA])[j] = (float) sums.b[j];
    shift[j] = part * (float) sums.a[j];
    slope[j] = part * (float) sums.b[j] * ratio[j];
    factor[j] = (gamma != NULL ? gamma[j] : 1) * ratio[j];
  }
  if (pass->dx[0] != NULL)
    dnn_column_sums_each (&sums, host, write_gradient);
  return 0;
}

DNN_AXES_PASSES (BatchNormalization, axis, DNN_READS_X, forward_rows,
                 backward_rows)

static const DnnLayerOps ops = { DNN_LAYER_OPS (1), .build = build,
                                 .forward = forward, .backward = backward };

static const DnnForeign foreign[] = {
  { "onnx", "BatchNormalization", "epsilon momentum",
    "gamma=scale beta=B moving_mean=input_mean moving_variance=input_var" },
  { "keras", "BatchNormalization", "axis momentum epsilon center scale",
    "gamma=0 beta=1 moving_mean=2 moving_variance=3" },
  { "torch", "BatchNorm1d BatchNorm2d BatchNorm3d",
    "epsilon=eps momentum=1-momentum center=?bias scale=?weight",
    "gamma=weight beta=bias moving_mean=running_mean "
    "moving_variance=running_var" },
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  .kind = DNN_KIND_LAYER,
  .name = "batch_normalization",
  .title = "BatchNormalization",
  .version = "1.0",
  .summary = "every column with mean 0 and variance 1 over the batch",
  .reference = "Ioffe, Szegedy: Batch normalization, ICML 2015",
  .flags = DNN_FLAG_TRAINING_DIFFERS | DNN_FLAG_NOT_PER_SAMPLE,
  .self_size = sizeof (BatchNormalization),
  .params = DNN_PARAM_TABLE (params),
  .ops = &ops,
  .foreign = DNN_FOREIGN_TABLE (foreign),
};
