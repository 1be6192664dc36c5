/* unit_normalization - every row with norm 1
 *
 *   y = r x    r = min (1 / ‖x‖, 1e12)    x, y: N×C
 *   dL/dxⱼ = r (dL/dyⱼ - yⱼ Σₖ dL/dyₖ yₖ)
 *
 * N is the product of all dimensions but the last.
 */
#include <dnn/plugin.h>
#include <math.h>

typedef struct {
  DnnInts axis;
} UnitNormalization;

enum { RATIO }; /* saved: r */

static const DnnParam params[] = {
  DNN_INTS (UnitNormalization, axis, "-1", -DNN_MAX_DIMS, DNN_MAX_DIMS - 1,
            "axis", "what is normalized over; -1: the last"),
};

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  const DnnInts *axis = &((const UnitNormalization *) self)->axis;
  const DnnShape shape = dnn_shape_of (b->x[0]);

  if (shape.n_dims < 2)
    return host->fail (b, "input must be a batch of rows, not of numbers");
  if (dnn_axes_build (host, b, axis) != 0)
    return -1;

  host->add_saved (
      b, RATIO,
      DNN_SHAPE (dnn_count (b->x[0]) / dnn_axes_last (&shape, axis).columns));
  host->set_output (b, 0, shape);
  dnn_axes_keep_mask (host, b, axis);
  host->backward_reads (b, DNN_READS_Y);
  return 0;
}

static int32_t
forward_rows (const void *self, const DnnHost *host, DnnPass *pass)
{
  const int64_t n = dnn_columns (pass->x[0]), rows = dnn_rows (pass->x[0]);
  const float *x = dnn_f32 (pass->x[0]);
  float *y = dnn_f32 (pass->y[0]), *ratio = dnn_f32 (pass->saved[RATIO]);

  (void) self;
  (void) host;
  for (int64_t i = 0; i < rows; i++, x += n, y += n) {
    double sum = 0;

    for (int64_t j = 0; j < n; j++)
      sum += (double) x[j] * x[j];
    ratio[i] = (float) fmin (1 / sqrt (sum), 1e12);
    for (int64_t j = 0; j < n; j++)
      y[j] = ratio[i] * x[j];
  }
  return 0;
}

static int32_t
backward_rows (const void *self, const DnnHost *host, DnnPass *pass)
{
  const int64_t n = dnn_columns (pass->dy[0]), rows = dnn_rows (pass->dy[0]);
  const float *y = dnn_f32 (pass->y[0]), *dy = dnn_f32 (pass->dy[0]);
  const float *ratio = dnn_f32 (pass->saved[RATIO]);
  float *dx = dnn_f32 (pass->dx[0]);

  (void) self;
  (void) host;
  for (int64_t i = 0; dx != NULL && i < rows; i++, y += n, dy += n, dx += n) {
    double dot = 0; /* Σ dy y */

    for (int64_t j = 0; j < n; j++)
      dot += (double) dy[j] * y[j];
    for (int64_t j = 0; j < n; j++)
      dx[j] = ratio[i] * (dy[j] - y[j] * (float) dot);
  }
  return 0;
}

DNN_AXES_PASSES (UnitNormalization, axis, DNN_READS_Y, forward_rows,
                 backward_rows)

static const DnnLayerOps ops = {
  DNN_LAYER_OPS (1),
  .build = build,
  .forward = forward,
  .backward = backward,
};

static const DnnForeign foreign[] = {
  { "keras", "UnitNormalization", "axis=axis", "" },
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_LAYER,
  .name = "unit_normalization",
  .title = "UnitNormalization",
  .version = "1.0",
  .summary = "every row with norm 1",
  .reference =
      "https://keras.io/api/layers/normalization_layers/unit_normalization/",
  .self_size = sizeof (UnitNormalization),
  .params = DNN_PARAM_TABLE (params),
  .ops = &ops,
  .example_inputs = "6",
  .foreign = DNN_FOREIGN_TABLE (foreign),
};
