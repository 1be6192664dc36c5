/* acme.glu - gated linear unit: one product says how much of another passes
 *
 *   a = x W + b      s = σ(x V + c)      y = a s
 *
 *   da = dy s        dz = dy a s (1 - s), of z = x V + c
 *   dW = xᵀ da       db = Σ da        dV = xᵀ dz        dc = Σ dz
 *   dx = da Wᵀ + dz Vᵀ
 *
 *   x: N×I    W, V: I×U    b, c: U    a, s, y: N×U
 *
 * N is the product of all dimensions but the last.
 * Dauphin, Fan, Auli, Grangier: Language modeling with gated convolutional
 * networks, ICML 2017, eq. 1.
 */
#include <dnn/plugin.h>

typedef struct {
  int64_t units; /* U */
} Glu;

enum { W, B, V, C };
enum { A, S };   /* saved */
enum { DA, DZ }; /* scratch */

static const DnnParam params[] = {
  DNN_INT_REQUIRED (Glu, units, 1, 1 << 20, "outputs", "number of outputs"),
};

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  const DnnTensor *x = b->x[0];
  const int64_t inputs = dnn_columns (x), units = ((const Glu *) self)->units;
  DnnShape y = dnn_shape_of (x);

  if (x->n_dims < 2)
    return host->fail (b, "input must be a batch of rows, not of numbers");
  y.dims[y.n_dims - 1] = units;

  host->add_weight (b, W, "kernel", DNN_SHAPE (inputs, units),
                    "glorot_uniform");
  host->add_weight (b, B, "bias", DNN_SHAPE (units), "zeros");
  host->add_weight (b, V, "gate_kernel", DNN_SHAPE (inputs, units),
                    "glorot_uniform");
  host->add_weight (b, C, "gate_bias", DNN_SHAPE (units), "zeros");
  host->add_saved (b, A, y);
  host->add_saved (b, S, y);
  host->add_scratch (b, DA, y);
  host->add_scratch (b, DZ, y);
  host->set_output (b, 0, y);
  host->backward_reads (b, DNN_READS_X);
  return 0;
}

static void
add_to_rows (DnnTensor *y, const DnnTensor *bias)
{
  const int64_t rows = dnn_rows (y), n = dnn_columns (y);
  const float *b = dnn_f32 (bias);
  float *row = dnn_f32 (y);

  for (int64_t i = 0; i < rows; i++, row += n)
    for (int64_t j = 0; j < n; j++)
      row[j] += b[j];
}

static int32_t
forward (const void *self, const DnnHost *host, DnnPass *pass)
{
  const int64_t n = dnn_count (pass->y[0]);
  float *a = dnn_f32 (pass->saved[A]), *s = dnn_f32 (pass->saved[S]);
  float *y = dnn_f32 (pass->y[0]);

  (void) self;
  dnn_matmul (host, pass, 0, pass->x[0], 0, pass->w[W], pass->saved[A]);
  add_to_rows (pass->saved[A], pass->w[B]); /* a = x W + b */
  dnn_matmul (host, pass, 0, pass->x[0], 0, pass->w[V], pass->saved[S]);
  add_to_rows (pass->saved[S], pass->w[C]);
  host->sigmoid (s, s, n); /* s = σ(x V + c) */
  for (int64_t i = 0; i < n; i++)
    y[i] = a[i] * s[i];
  return 0;
}

/* dx = da Wᵀ + dz Vᵀ: the second product is added to the first */
static void
gradient_of_x (const DnnHost *host, DnnPass *pass)
{
  DnnTensor *dz = pass->scratch[DZ];
  const DnnGemm second = {
    DNN_GEMM (0, 1),
    .m = dnn_rows (dz),
    .n = dnn_columns (pass->dx[0]),
    .k = dnn_columns (dz),
    .alpha = 1,
    .beta = 1,
    .a = dnn_f32 (dz),
    .b = dnn_f32 (pass->w[V]),
    .c = dnn_f32 (pass->dx[0]),
  };

  dnn_matmul (host, pass, 0, pass->scratch[DA], 1, pass->w[W], pass->dx[0]);
  host->gemm (pass, &second);
}

static int32_t
backward (const void *self, const DnnHost *host, DnnPass *pass)
{
  const int64_t n = dnn_count (pass->dy[0]);
  const float *a = dnn_f32 (pass->saved[A]), *s = dnn_f32 (pass->saved[S]);
  const float *dy = dnn_f32 (pass->dy[0]);
  float *da = dnn_f32 (pass->scratch[DA]), *dz = dnn_f32 (pass->scratch[DZ]);

  (void) self;
  for (int64_t i = 0; i < n; i++) {
    da[i] = dy[i] * s[i];
    dz[i] = dy[i] * a[i] * s[i] * (1 - s[i]);
  }
  host->weight_gradient (pass, W, pass->x[0], pass->scratch[DA]);
  host->weight_gradient (pass, V, pass->x[0], pass->scratch[DZ]);
  host->sum_rows (pass, pass->scratch[DA], pass->dw[B]);
  host->sum_rows (pass, pass->scratch[DZ], pass->dw[C]);
  if (pass->dx[0] != NULL)
    gradient_of_x (host, pass);
  return 0;
}

static const DnnLayerOps ops = {
  DNN_LAYER_OPS (1),
  .build = build,
  .forward = forward,
  .backward = backward,
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_LAYER,
  .name = "acme.glu",
  .title = "GLU",
  .version = "1.0",
  .summary = "a product of the inputs, gated by the sigmoid of another",
  .reference = "Dauphin, Fan, Auli, Grangier: Language modeling with gated "
               "convolutional networks, ICML 2017, eq. 1",
  .self_size = sizeof (Glu),
  .params = params,
  .n_params = sizeof params / sizeof params[0],
  .param_stride = sizeof params[0],
  .ops = &ops,
  .example = "units=3",
  .example_inputs = "4",
};
