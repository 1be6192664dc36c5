/* batch_normalization - every column with mean 0 and variance 1 over the batch
 *
 *   x̂ = (x - μ) / √(v + ε)    y = γ x̂ + β    x, y: N×C    γ, β, μ, v: C
 *
 *   training:   μ = Σₙ x / N    v = Σₙ (x - μ)² / N
 *               moving_mean ← m moving_mean + (1 - m) μ, and so the variance
 *   else:       μ, v are the moving ones; so too where the layer is frozen
 *
 *   dL/dβ = Σₙ dy    dL/dγ = Σₙ dy x̂
 *   dL/dx = γ / √(v + ε) (dy - dL/dβ / N - x̂ dL/dγ / N)    training
 *           γ / √(v + ε) dy                                else
 *
 * N is the product of all dimensions but that of `axis`.
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
  bool center;
  bool scale;
} BatchNormalization;

enum { GAMMA, BETA };
enum { MOVING_MEAN, MOVING_VARIANCE };
enum { MEAN, RATIO }; /* saved: μ and 1 / √(v + ε) */
enum { BLOCK = 64 };  /* columns at a time */

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

  if (shape.n_dims < 2)
    return host->fail (b, "input must be a batch of rows, not of numbers");
  if (bn->axis.n > 1)
    return host->fail (b, "axis must be one, not '%d'", (int) bn->axis.n);
  if (dnn_axes_build (host, b, &bn->axis) != 0)
    return -1;
  row = dnn_axes_shape (&shape, &bn->axis);
  if (bn->scale)
    host->add_weight (b, GAMMA, "gamma", row, "ones");
  if (bn->center)
    host->add_weight (b, BETA, "beta", row, "zeros");
  host->add_buffer (b, MOVING_MEAN, "moving_mean", row, "zeros");
  host->add_buffer (b, MOVING_VARIANCE, "moving_variance", row, "ones");
  host->add_saved (b, MEAN, row);
  host->add_saved (b, RATIO, row);
  host->set_output (b, 0, shape);
  host->backward_reads (b, DNN_READS_X);
  return 0;
}

static bool
is_training (const DnnPass *pass)
{
  return pass->training && !pass->frozen;
}

/* μ and v of n columns from x on; in double, as N may be large. */
static void
measure (const float *x, int64_t rows, int64_t columns, int64_t n,
         double mean[BLOCK], double variance[BLOCK])
{
  for (int64_t j = 0; j < n; j++)
    mean[j] = variance[j] = 0;
  for (int64_t i = 0; i < rows; i++)
    for (int64_t j = 0; j < n; j++)
      mean[j] += x[i * columns + j];
  for (int64_t j = 0; j < n; j++)
    mean[j] /= (double) rows;
  for (int64_t i = 0; i < rows; i++)
    for (int64_t j = 0; j < n; j++) {
      const double d = x[i * columns + j] - mean[j];

      variance[j] += d * d;
    }
  for (int64_t j = 0; j < n; j++)
    variance[j] /= (double) rows;
}

/* Saves μ and 1 / √(v + ε); training also moves the moving ones. */
static void
take_statistics (const BatchNormalization *bn, DnnPass *pass)
{
  const DnnTensor *x = pass->x[0];
  const int64_t columns = dnn_columns (x), rows = dnn_rows (x);
  float *mean = dnn_f32 (pass->saved[MEAN]);
  float *ratio = dnn_f32 (pass->saved[RATIO]);
  float *moving_mean = dnn_f32 (pass->buffers[MOVING_MEAN]);
  float *moving_variance = dnn_f32 (pass->buffers[MOVING_VARIANCE]);
  const double m = bn->momentum;

  for (int64_t first = 0; first < columns; first += BLOCK) {
    const int64_t left = columns - first, n = left < BLOCK ? left : BLOCK;
    double mu[BLOCK], v[BLOCK];

    if (is_training (pass))
      measure (dnn_f32 (x) + first, rows, columns, n, mu, v);
    for (int64_t j = 0, k = first; j < n; j++, k++) {
      if (is_training (pass)) {
        moving_mean[k] = (float) (m * moving_mean[k] + (1 - m) * mu[j]);
        moving_variance[k] = (float) (m * moving_variance[k] + (1 - m) * v[j]);
      } else {
        mu[j] = moving_mean[k];
        v[j] = moving_variance[k];
      }
      mean[k] = (float) mu[j];
      ratio[k] = (float) (1 / sqrt (v[j] + bn->epsilon));
    }
  }
}

static int32_t
forward_rows (const void *self, const DnnHost *host, DnnPass *pass)
{
  const int64_t columns = dnn_columns (pass->x[0]),
                rows = dnn_rows (pass->x[0]);
  const float *x = dnn_f32 (pass->x[0]), *gamma = dnn_f32 (pass->w[GAMMA]);
  const float *beta = dnn_f32 (pass->w[BETA]);
  const float *mean = dnn_f32 (pass->saved[MEAN]);
  const float *ratio = dnn_f32 (pass->saved[RATIO]);
  float *y = dnn_f32 (pass->y[0]);

  (void) host;
  take_statistics (self, pass);
  for (int64_t i = 0; i < rows; i++, x += columns, y += columns) {
    for (int64_t j = 0; j < columns; j++)
      y[j] = (x[j] - mean[j]) * ratio[j];
    for (int64_t j = 0; gamma != NULL && j < columns; j++)
      y[j] *= gamma[j];
    for (int64_t j = 0; beta != NULL && j < columns; j++)
      y[j] += beta[j];
  }
  return 0;
}

/* dβ = Σ dy and dγ = Σ dy x̂ of n columns from `first` on. */
static void
sum_gradients (const DnnPass *pass, int64_t first, int64_t n,
               double dbeta[BLOCK], double dgamma[BLOCK])
{
  const int64_t columns = dnn_columns (pass->x[0]),
                rows = dnn_rows (pass->x[0]);
  const float *x = dnn_f32 (pass->x[0]) + first;
  const float *dy = dnn_f32 (pass->dy[0]) + first;
  const float *mean = dnn_f32 (pass->saved[MEAN]) + first;
  const float *ratio = dnn_f32 (pass->saved[RATIO]) + first;

  for (int64_t j = 0; j < n; j++)
    dbeta[j] = dgamma[j] = 0;
  for (int64_t i = 0; i < rows; i++, x += columns, dy += columns)
    for (int64_t j = 0; j < n; j++) {
      dbeta[j] += dy[j];
      dgamma[j] += (double) dy[j] * ((x[j] - mean[j]) * ratio[j]);
    }
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
  const float part = is_training (pass) ? 1 / (float) rows : 0; /* 1 / N */
  float *dw_gamma = dnn_f32 (pass->dw[GAMMA]);
  float *dw_beta = dnn_f32 (pass->dw[BETA]);
  float *dx = dnn_f32 (pass->dx[0]);

  (void) self, (void) host;
  for (int64_t first = 0; first < columns; first += BLOCK) {
    const int64_t left = columns - first, n = left < BLOCK ? left : BLOCK;
    double dbeta[BLOCK], dgamma[BLOCK];
    float shift[BLOCK], slope[BLOCK], factor[BLOCK];

    sum_gradients (pass, first, n, dbeta, dgamma);
    for (int64_t j = 0, k = first; j < n; j++, k++) {
      if (dw_beta != NULL)
        dw_beta[k] = (float) dbeta[j];
      if (dw_gamma != NULL)
        dw_gamma[k] = (float) dgamma[j];
      shift[j] = part * (float) dbeta[j];
      slope[j] = part * (float) dgamma[j] * ratio[k];
      factor[j] = (gamma != NULL ? gamma[k] : 1) * ratio[k];
    }
    for (int64_t i = first; dx != NULL && i < rows * columns; i += columns)
      for (int64_t j = 0; j < n; j++)
        dx[i + j] = factor[j] * (dy[i + j] - shift[j] -
                                 (x[i + j] - mean[first + j]) * slope[j]);
  }
  return 0;
}

static int32_t
forward (const void *self, const DnnHost *host, DnnPass *pass)
{
  return dnn_axes_forward (self, host, pass,
                           &((const BatchNormalization *) self)->axis,
                           forward_rows);
}

static int32_t
backward (const void *self, const DnnHost *host, DnnPass *pass)
{
  return dnn_axes_backward (self, host, pass,
                            &((const BatchNormalization *) self)->axis,
                            DNN_READS_X, backward_rows);
}

static const DnnLayerOps ops = {
  DNN_LAYER_OPS (1),
  .build = build,
  .forward = forward,
  .backward = backward,
};

static const DnnForeign foreign[] = {
  { "onnx", "BatchNormalization", "epsilon=epsilon momentum=momentum",
    "gamma=scale beta=B moving_mean=input_mean "
    "moving_variance=input_var" },
  { "keras", "BatchNormalization",
    "axis=axis momentum=momentum epsilon=epsilon center=center "
    "scale=scale",
    "gamma=0 beta=1 moving_mean=2 moving_variance=3" },
  { "torch", "BatchNorm1d",
    "epsilon=eps momentum=1-momentum center=?bias scale=?weight",
    "gamma=weight beta=bias moving_mean=running_mean "
    "moving_variance=running_var" },
  { "torch", "BatchNorm2d",
    "epsilon=eps momentum=1-momentum center=?bias scale=?weight",
    "gamma=weight beta=bias moving_mean=running_mean "
    "moving_variance=running_var" },
  { "torch", "BatchNorm3d",
    "epsilon=eps momentum=1-momentum center=?bias scale=?weight",
    "gamma=weight beta=bias moving_mean=running_mean "
    "moving_variance=running_var" },
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
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
