/* dense - every output sees every input
 *
 *       y = x W + b          x: N×I    W: I×U    b: U    y: N×U
 *
 *   dL/dW = xᵀ dL/dy
 *   dL/db = Σₙ dL/dyₙ
 *   dL/dx = dL/dy Wᵀ
 *
 * N is the product of all dimensions but the last.
 */
#include <dnn/plugin.h>
#include <stdbool.h>

typedef struct {
  int64_t units; /* U */
  bool use_bias;
} Dense;

enum { KERNEL, BIAS };

static const DnnParam params[] = {
  DNN_INT_REQUIRED (Dense, units, 1, 1 << 24, "outputs", "number of outputs"),
  DNN_BOOL (Dense, use_bias, "true", "add a bias to every output"),
};

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  const Dense *dense = self;
  DnnShape shape = dnn_shape_of (b->x[0]);
  int64_t inputs = dnn_columns (b->x[0]);

  if (shape.n_dims < 2)
    return host->fail (b, "input must be a batch of rows, not of numbers");

  shape.dims[shape.n_dims - 1] = dense->units;
  host->add_weight (b, KERNEL, "kernel", DNN_SHAPE (inputs, dense->units),
                    "glorot_uniform");
  if (dense->use_bias)
    host->add_weight (b, BIAS, "bias", DNN_SHAPE (dense->units), "zeros");
  host->set_output (b, 0, shape);
  host->backward_reads (b, DNN_READS_X);
  return 0;
}

static int32_t
forward (const void *self, const DnnHost *host, DnnPass *pass)
{
  (void) self;
  host->affine (pass, pass->x[0], pass->w[KERNEL], pass->w[BIAS]);
  return 0;
}

static int32_t
backward (const void *self, const DnnHost *host, DnnPass *pass)
{
  const DnnTensor *x = pass->x[0], *dy = pass->dy[0];

  (void) self;
  host->weight_gradient (pass, KERNEL, x, dy); /* dW = xᵀ dy  */
  host->sum_rows (pass, dy, pass->dw[BIAS]);   /* db = Σ dy   */
  if (pass->dx[0] != NULL)                     /* dx = dy Wᵀ  */
    dnn_matmul (host, pass, 0, dy, 1, pass->w[KERNEL], pass->dx[0]);
  return 0;
}

static const DnnLayerOps ops = {
  DNN_LAYER_OPS (1),
  .build = build,
  .forward = forward,
  .backward = backward,
};

static const DnnForeign foreign[] = {
  { "onnx", "Gemm", "units=@W.1 use_bias=?B", "kernel=W:01 bias=B" },
  { "keras", "Dense", "units=units use_bias=use_bias activation=@activation",
    "kernel=0 bias=1" },
  { "torch", "Linear", "units=@weight.0 use_bias=?bias",
    "kernel=weight:10 bias=bias" },
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_LAYER,
  .name = "dense",
  .title = "Dense",
  .version = "1.0",
  .summary = "every output sees every input: y = x W + b",
  .reference = "https://keras.io/api/layers/core_layers/dense/",
  .flags = DNN_FLAG_KEEPS_MASK,
  .self_size = sizeof (Dense),
  .params = params,
  .n_params = sizeof params / sizeof params[0],
  .param_stride = sizeof params[0],
  .ops = &ops,
  .example = "units=3",
  .foreign = DNN_FOREIGN_TABLE (foreign),
};
