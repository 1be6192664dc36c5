/* masking - steps that hold nothing but one value are padding
 *
 *   m[n,…] = 1 where any x[n,…,:] ≠ mask_value, else 0
 *   y = m x                             x, y: N×…×F    m: N×…
 *   dL/dx = m dL/dy
 *
 * Where x has a mask of its own, m is 0 where that is.
 */
#include <dnn/plugin.h>

typedef struct {
  double mask_value;
} Masking;

static const DnnParam params[] = {
  DNN_FLOAT (Masking, mask_value, "0", -1e30, 1e30, "input",
             "what padding is made of"),
};

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  DnnShape shape = dnn_shape_of (b->x[0]);

  (void) self;
  if (shape.n_dims < 2)
    return host->fail (b, "input must be a batch of rows, not of numbers");
  if (dnn_masked_axes (b, 0) == shape.n_dims)
    return host->fail (b, "its input is padded along the last axis, which must "
                          "be one of features");
  host->set_output (b, 0, shape);
  shape.n_dims--;
  host->add_mask (b, 0, shape);
  host->backward_reads (b, DNN_READS_NOTHING);
  return 0;
}

static int
is_real (const float *x, int64_t n, float padding)
{
  int real = 0;

  for (int64_t j = 0; j < n; j++)
    real |= x[j] != padding;
  return real;
}

static int32_t
forward (const void *self, const DnnHost *host, DnnPass *pass)
{
  const float padding = (float) ((const Masking *) self)->mask_value;
  const int64_t rows = dnn_rows (pass->x[0]), n = dnn_columns (pass->x[0]);
  const float *x = dnn_f32 (pass->x[0]);
  float *y = dnn_f32 (pass->y[0]), *m = dnn_f32 (pass->y_masks[0]);

  (void) host;
  for (int64_t i = 0; i < rows; i++, x += n, y += n) {
    m[i] = dnn_is_real (pass, 0, i, rows) && is_real (x, n, padding) ? 1 : 0;
    for (int64_t j = 0; j < n; j++)
      y[j] = m[i] != 0 ? x[j] : 0;
  }
  return 0;
}

static int32_t
backward (const void *self, const DnnHost *host, DnnPass *pass)
{
  const int64_t rows = dnn_rows (pass->dy[0]), n = dnn_columns (pass->dy[0]);
  const float *dy = dnn_f32 (pass->dy[0]), *m = dnn_f32 (pass->y_masks[0]);
  float *dx = dnn_f32 (pass->dx[0]);

  (void) self;
  (void) host;
  for (int64_t i = 0; dx != NULL && i < rows; i++)
    for (int64_t j = i * n; j < (i + 1) * n; j++)
      dx[j] = m[i] != 0 ? dy[j] : 0;
  return 0;
}

static const DnnLayerOps ops = {
  DNN_LAYER_OPS (1),
  .build = build,
  .forward = forward,
  .backward = backward,
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  .kind = DNN_KIND_LAYER,
  .name = "masking",
  .title = "Masking",
  .version = "1.0",
  .summary = "steps that hold nothing but one value are padding",
  .reference = "https://keras.io/api/layers/core_layers/masking/",
  .flags = DNN_FLAG_IN_PLACE | DNN_FLAG_READS_MASK,
  .self_size = sizeof (Masking),
  .params = DNN_PARAM_TABLE (params),
  .ops = &ops,
  .example_inputs = "3,2",
};
