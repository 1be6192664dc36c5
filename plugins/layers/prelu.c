/* prelu - a leaky relu that learns its slopes
 *
 *   y = x      x > 0         dL/dx = dL/dy       dL/dα = Σ 0
 *       α x    otherwise             α dL/dy             Σ x dL/dy
 *
 *   x, y: N×D₁×...×Dₖ    α: D₁×...×Dₖ, with 1 for every shared axis
 *
 * One α an element as in Keras, which starts it at 0, that is as a relu.
 * He, Zhang, Ren, Sun: Delving deep into rectifiers, ICCV 2015, eq. 1 and 8.
 */
#include <dnn/plugin.h>
#include <string.h>

typedef struct {
  DnnInts shared_axes;
} Prelu;

enum { ALPHA };

static const DnnParam params[] = {
  DNN_INTS (Prelu, shared_axes, "", 1, DNN_MAX_DIMS - 1, "axes",
            "axes along which alpha is the same; 1 is the first of a sample"),
};

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  const DnnInts *shared = &((const Prelu *) self)->shared_axes;
  const DnnTensor *x = b->x[0];
  DnnShape alpha = { 0, 0, { 0 } };

  if (x->n_dims < 2)
    return host->fail (b, "input must be a batch of rows, not of numbers");

  alpha.n_dims = x->n_dims - 1;
  memcpy (alpha.dims, x->dims + 1, alpha.n_dims * sizeof alpha.dims[0]);
  for (int64_t i = 0; i < shared->n; i++) {
    if (shared->at[i] >= x->n_dims)
      return host->fail (b, "shared_axes must be between 1 and %d, not %d",
                         (int) x->n_dims - 1, (int) shared->at[i]);
    alpha.dims[shared->at[i] - 1] = 1;
  }
  host->add_weight (b, ALPHA, "alpha", alpha, "zeros");
  host->set_output (b, 0, dnn_shape_of (x));
  host->backward_reads (b, DNN_READS_X);
  return 0;
}

/* Where the αs of a row of x begin: a shared axis does not move them. */
static int64_t
alpha_of_row (const DnnTensor *alpha, const DnnTensor *x, int64_t row)
{
  int64_t at = 0, stride = dnn_columns (alpha);

  for (uint32_t i = x->n_dims - 2; i > 0; i--) {
    if (alpha->dims[i - 1] > 1)
      at += row % x->dims[i] * stride;
    stride *= alpha->dims[i - 1];
    row /= x->dims[i];
  }
  return at;
}

static int32_t
forward (const void *self, const DnnHost *host, DnnPass *pass)
{
  const DnnTensor *alpha = pass->w[ALPHA];
  const int64_t rows = dnn_rows (pass->x[0]), n = dnn_columns (pass->x[0]);
  const int64_t stride = dnn_columns (alpha) > 1;
  const float *x = dnn_f32 (pass->x[0]);
  float *y = dnn_f32 (pass->y[0]);

  (void) self;
  (void) host;
  for (int64_t i = 0; i < rows; i++, x += n, y += n) {
    const float *a = dnn_f32 (alpha) + alpha_of_row (alpha, pass->x[0], i);

    for (int64_t j = 0; j < n; j++)
      y[j] = x[j] > 0 ? x[j] : a[j * stride] * x[j];
  }
  return 0;
}

static int32_t
backward (const void *self, const DnnHost *host, DnnPass *pass)
{
  const DnnTensor *alpha = pass->w[ALPHA];
  const int64_t rows = dnn_rows (pass->x[0]), n = dnn_columns (pass->x[0]);
  const int64_t stride = dnn_columns (alpha) > 1;
  const float *x = dnn_f32 (pass->x[0]), *dy = dnn_f32 (pass->dy[0]);
  float *dx = dnn_f32 (pass->dx[0]), *dalpha = dnn_f32 (pass->dw[ALPHA]);

  (void) self;
  (void) host;
  if (dalpha != NULL)
    memset (dalpha, 0, (size_t) dnn_count (alpha) * sizeof (float));

  for (int64_t i = 0; i < rows; i++, x += n, dy += n) {
    const int64_t at = alpha_of_row (alpha, pass->x[0], i);
    const float *a = dnn_f32 (alpha) + at;

    for (int64_t j = 0; dalpha != NULL && j < n; j++)
      dalpha[at + j * stride] += x[j] > 0 ? 0 : x[j] * dy[j];
    for (int64_t j = 0; dx != NULL && j < n; j++)
      dx[i * n + j] = x[j] > 0 ? dy[j] : a[j * stride] * dy[j];
  }
  return 0;
}

static const DnnLayerOps ops = {
  DNN_LAYER_OPS (1),
  .build = build,
  .forward = forward,
  .backward = backward,
};

static const DnnForeign foreign[] = {
  { "onnx", "PRelu", "shared_axes=shared_axes", "alpha=slope" },
  { "keras", "PReLU", "shared_axes=shared_axes", "alpha=0" },
  { "torch", "PReLU", "", "alpha=weight" },
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_LAYER,
  .name = "prelu",
  .title = "PReLU",
  .version = "1.0",
  .summary = "a leaky relu that learns its slopes",
  .reference = "He, Zhang, Ren, Sun: Delving deep into rectifiers, ICCV 2015",
  .flags = DNN_FLAG_KEEPS_MASK,
  .self_size = sizeof (Prelu),
  .params = params,
  .n_params = sizeof params / sizeof params[0],
  .param_stride = sizeof params[0],
  .ops = &ops,
  .example_inputs = "3,4",
  .foreign = DNN_FOREIGN_TABLE (foreign),
};
