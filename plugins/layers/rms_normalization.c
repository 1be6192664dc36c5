/* rms_normalization - every row with mean square 1
 *
 *   y = γ r x    r = 1 / √(Σ x² / C + ε)    x, y: N×C    γ (scale): C    r: N
 *
 *   dL/dγ = Σₙ dy r x
 *   dL/dx = r (g - r² x Σ g x / C)    g = γ dy
 *
 * C is the product of the dimensions of `axis`, N that of the others.
 * γ goes with those of `axis`; Keras puts it to the last axes and so fails
 * where others are meant.
 * Zhang, Sennrich: Root mean square layer normalization, NeurIPS 2019, eq. 4.
 */
#include <dnn/plugin.h>
#include <math.h>
#include <string.h>

typedef struct {
  DnnInts axis;
  double epsilon; /* ε */
} RmsNormalization;

enum { SCALE };
enum { RATIO }; /* saved: r */

static const DnnParam params[] = {
  DNN_INTS (RmsNormalization, axis, "-1", -DNN_MAX_DIMS, DNN_MAX_DIMS - 1,
            "axis", "what is normalized over; -1: the last"),
  DNN_FLOAT (RmsNormalization, epsilon, "1e-6", 0, 1, "mean square",
             "added to the mean square"),
};

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  const DnnInts *axis = &((const RmsNormalization *) self)->axis;
  const DnnShape shape = dnn_shape_of (b->x[0]);

  if (shape.n_dims < 2)
    return host->fail (b, "input must be a batch of rows, not of numbers");
  if (dnn_axes_build (host, b, axis) != 0)
    return -1;

  host->add_weight (b, SCALE, "scale", dnn_axes_shape (&shape, axis), "ones");
  host->add_saved (
      b, RATIO,
      DNN_SHAPE (dnn_count (b->x[0]) / dnn_axes_last (&shape, axis).columns));
  host->set_output (b, 0, shape);
  dnn_axes_keep_mask (host, b, axis);
  host->backward_reads (b, DNN_READS_X);
  return 0;
}

static int32_t
forward_rows (const void *self, const DnnHost *host, DnnPass *pass)
{
  const double epsilon = ((const RmsNormalization *) self)->epsilon;
  const int64_t n = dnn_columns (pass->x[0]), rows = dnn_rows (pass->x[0]);
  const float *x = dnn_f32 (pass->x[0]), *gamma = dnn_f32 (pass->w[SCALE]);
  float *y = dnn_f32 (pass->y[0]), *ratio = dnn_f32 (pass->saved[RATIO]);

  (void) host;
  for (int64_t i = 0; i < rows; i++, x += n, y += n) {
    double sum = 0;

    for (int64_t j = 0; j < n; j++)
      sum += (double) x[j] * x[j];
    ratio[i] = (float) (1 / sqrt (sum / (double) n + epsilon));
    for (int64_t j = 0; j < n; j++)
      y[j] = gamma[j] * (ratio[i] * x[j]);
  }
  return 0;
}

/* dγ = Σ dy r x */
static void
gradient_of_scale (const DnnPass *pass)
{
  const int64_t n = dnn_columns (pass->x[0]), rows = dnn_rows (pass->x[0]);
  const float *x = dnn_f32 (pass->x[0]), *dy = dnn_f32 (pass->dy[0]);
  const float *ratio = dnn_f32 (pass->saved[RATIO]);
  float *dgamma = dnn_f32 (pass->dw[SCALE]);

  memset (dgamma, 0, (size_t) n * sizeof (float));
  for (int64_t i = 0; i < rows; i++, x += n, dy += n)
    for (int64_t j = 0; j < n; j++)
      dgamma[j] += dy[j] * (ratio[i] * x[j]);
}

static int32_t
backward_rows (const void *self, const DnnHost *host, DnnPass *pass)
{
  const int64_t n = dnn_columns (pass->x[0]), rows = dnn_rows (pass->x[0]);
  const float *x = dnn_f32 (pass->x[0]), *dy = dnn_f32 (pass->dy[0]);
  const float *gamma = dnn_f32 (pass->w[SCALE]);
  const float *ratio = dnn_f32 (pass->saved[RATIO]);
  float *dx = dnn_f32 (pass->dx[0]);

  (void) self;
  (void) host;
  if (pass->dw[SCALE] != NULL)
    gradient_of_scale (pass);
  for (int64_t i = 0; dx != NULL && i < rows; i++, x += n, dy += n, dx += n) {
    const double r = ratio[i];
    double dot = 0; /* Σ g x */

    for (int64_t j = 0; j < n; j++)
      dot += (double) gamma[j] * dy[j] * x[j];
    for (int64_t j = 0; j < n; j++)
      dx[j] = (float) (r * ((double) gamma[j] * dy[j] -
                            r * r * x[j] * dot / (double) n));
  }
  return 0;
}

static int32_t
forward (const void *self, const DnnHost *host, DnnPass *pass)
{
  return dnn_axes_forward (
      self, host, pass, &((const RmsNormalization *) self)->axis, forward_rows);
}

static int32_t
backward (const void *self, const DnnHost *host, DnnPass *pass)
{
  return dnn_axes_backward (self, host, pass,
                            &((const RmsNormalization *) self)->axis,
                            DNN_READS_X, backward_rows);
}

static const DnnLayerOps ops = {
  DNN_LAYER_OPS (1),
  .build = build,
  .forward = forward,
  .backward = backward,
};

static const DnnForeign foreign[] = {
  { "onnx", "RMSNormalization", "axis=axis epsilon=epsilon", "scale=scale" },
  { "keras", "RMSNormalization", "axis=axis epsilon=epsilon", "scale=0" },
  { "torch", "RMSNorm", "epsilon=eps", "scale=weight" },
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_LAYER,
  .name = "rms_normalization",
  .title = "RMSNormalization",
  .version = "1.0",
  .summary = "every row with mean square 1",
  .reference =
      "Zhang, Sennrich: Root mean square layer normalization, NeurIPS 2019",
  .self_size = sizeof (RmsNormalization),
  .params = DNN_PARAM_TABLE (params),
  .ops = &ops,
  .example_inputs = "6",
  .foreign = DNN_FOREIGN_TABLE (foreign),
};
