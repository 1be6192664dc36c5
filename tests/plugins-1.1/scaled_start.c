/* scaled_start - y = x W, whose first outputs have variance 1
 *
 * Mishkin, Matas: All you need is a good init, ICLR 2016: a column of W is
 * divided by the standard deviation that its output has for the first batch.
 */
#include <dnn/plugin.h>
#include <math.h>

typedef struct {
  int64_t units;
} Scaled;

static const DnnParam params[] = {
  DNN_INT (Scaled, units, "3", 1, 1 << 20, "columns", "of the output"),
};

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  const Scaled *scaled = self;
  DnnShape shape = dnn_shape_of (b->x[0]);

  if (shape.n_dims < 2)
    return host->fail (b, "input must be rows, not a batch of numbers");
  host->add_weight (b, 0, "kernel",
                    DNN_SHAPE (dnn_columns (b->x[0]), scaled->units),
                    "random_normal");
  host->add_buffer (b, 0, "seen", DNN_SHAPE (1), "zeros");
  shape.dims[shape.n_dims - 1] = scaled->units;
  host->set_output (b, 0, shape);
  host->backward_reads (b, DNN_READS_X);
  return 0;
}

static double
deviation (const DnnTensor *x, const float *w, int64_t units)
{
  double sum = 0, squares = 0;

  for (int64_t i = 0; i < dnn_rows (x); i++) {
    double y = 0;

    for (int64_t j = 0; j < dnn_columns (x); j++)
      y += (double) dnn_f32 (x)[i * dnn_columns (x) + j] * w[j * units];
    sum += y / (double) dnn_rows (x);
    squares += y * y / (double) dnn_rows (x);
  }
  return sqrt (squares - sum * sum);
}

static int32_t
first (const void *self, const DnnHost *host, DnnPass *pass)
{
  const Scaled *scaled = self;
  float *w = dnn_f32 (pass->w[0]);

  (void) host;
  for (int64_t u = 0; u < scaled->units; u++) {
    const double d = deviation (pass->x[0], w + u, scaled->units);

    for (int64_t j = 0; d > 0 && j < dnn_columns (pass->x[0]); j++)
      w[j * scaled->units + u] /= (float) d;
  }
  dnn_f32 (pass->buffers[0])[0] += 1;
  return 0;
}

static int32_t
forward (const void *self, const DnnHost *host, DnnPass *pass)
{
  (void) self;
  host->affine (pass, pass->x[0], pass->w[0], NULL);
  return 0;
}

static int32_t
backward (const void *self, const DnnHost *host, DnnPass *pass)
{
  (void) self;
  host->weight_gradient (pass, 0, pass->x[0], pass->dy[0]);
  if (pass->dx[0] != NULL)
    dnn_matmul (host, pass, 0, pass->dy[0], 1, pass->w[0], pass->dx[0]);
  return 0;
}

static const DnnLayerOps ops = {
  .struct_size = DNN_END_OF (DnnLayerOps, first),
  .min_inputs = 1,
  .max_inputs = 1,
  .n_outputs = 1,
  .build = build,
  .forward = forward,
  .backward = backward,
  .first = first,
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  DNN_KIND_LAYER,
  .name = "scaled_start",
  .title = "ScaledStart",
  .version = "1.0",
  .summary = "dense, scaled by the first batch",
  .reference = "https://arxiv.org/abs/1511.06422",
  .self_size = sizeof (Scaled),
  .params = DNN_PARAM_TABLE (params),
  .ops = &ops,
  .example_inputs = "4",
};
