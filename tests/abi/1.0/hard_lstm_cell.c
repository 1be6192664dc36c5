/* hard_lstm_cell - one step of a long short-term memory
 *
 *   z = x W + h R + b           z: N×4U, in four parts of U: i f g o
 *   i = σ(zᵢ)  f = σ(z_f)  g = tanh(z_g)  o = σ(zₒ)
 *   c' = f c + i g              h' = o t, t = tanh(c')
 *
 *   x: N×I    h c h' c': N×U    W: I×4U    R: U×4U    b: 4U
 *
 *   D = dc' + dh' o (1 - t²)    dc = D f
 *   dzᵢ = D g i(1-i)   dz_f = D c f(1-f)   dz_g = D i (1-g²)
 *   dzₒ = dh' t o(1-o)
 *   dW = xᵀ dz   dR = hᵀ dz   db = Σ dz   dx = dz Wᵀ   dh = dz Rᵀ
 *
 * Hochreiter, Schmidhuber: Long short-term memory, 1997; order as in Keras.
 */
#include <dnn/plugin.h>
#include <string.h>

typedef struct {
  int64_t units; /* U */
} Lstm;

enum { X, H, C };
enum { KERNEL, RECURRENT, BIAS };
enum { GATES, T }; /* saved: i f g o, N×4U, and t, N×U */
enum { DZ };       /* scratch */

static const DnnParam params[] = {
  DNN_INT_REQUIRED (Lstm, units, 1, 1 << 22, "outputs", "size of the memory"),
};

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  const int64_t u = ((const Lstm *) self)->units;
  const DnnTensor *x = b->x[X], *h = b->x[H], *c = b->x[C];
  const int64_t n = x->dims[0];

  if (x->n_dims != 2)
    return host->fail (b, "input must be N×I, not of %u dimensions", x->n_dims);
  if (h->n_dims != 2 || h->dims[0] != n || h->dims[1] != u || c->n_dims != 2 ||
      c->dims[0] != n || c->dims[1] != u)
    return host->fail (b, "h and c must be %lld×%lld", (long long) n,
                       (long long) u);

  host->add_weight (b, KERNEL, "kernel", DNN_SHAPE (x->dims[1], 4 * u),
                    "glorot_uniform");
  host->add_weight (b, RECURRENT, "recurrent_kernel", DNN_SHAPE (u, 4 * u),
                    "orthogonal");
  host->add_weight (b, BIAS, "bias", DNN_SHAPE (4 * u), "zeros");
  host->set_output (b, 0, DNN_SHAPE (n, u));
  host->set_output (b, 1, DNN_SHAPE (n, u));
  host->add_saved (b, GATES, DNN_SHAPE (n, 4 * u));
  host->add_saved (b, T, DNN_SHAPE (n, u));
  host->add_scratch (b, DZ, DNN_SHAPE (n, 4 * u));
  host->backward_reads (b, DNN_READS_X);
  return 0;
}

/* z = beta z + a W */
static void
add_product (const DnnHost *host, DnnPass *pass, const DnnTensor *a,
             const DnnTensor *w, float beta, DnnTensor *z)
{
  DnnGemm gemm = { DNN_END_OF (DnnGemm, stride_c) };

  gemm.m = dnn_rows (a);
  gemm.n = dnn_columns (w);
  gemm.k = dnn_columns (a);
  gemm.alpha = 1;
  gemm.beta = beta;
  gemm.a = dnn_f32 (a);
  gemm.b = dnn_f32 (w);
  gemm.c = dnn_f32 (z);
  host->gemm (pass, &gemm);
}

static int32_t
forward (const void *self, const DnnHost *host, DnnPass *pass)
{
  const int64_t u = ((const Lstm *) self)->units, n = pass->x[X]->dims[0];
  const float *b = dnn_f32 (pass->w[BIAS]), *c = dnn_f32 (pass->x[C]);
  float *z = dnn_f32 (pass->saved[GATES]), *t = dnn_f32 (pass->saved[T]);
  float *h_new = dnn_f32 (pass->y[0]), *c_new = dnn_f32 (pass->y[1]);

  for (int64_t k = 0; k < n; k++)
    memcpy (z + k * 4 * u, b, (size_t) (4 * u) * sizeof *z);
  add_product (host, pass, pass->x[X], pass->w[KERNEL], 1, pass->saved[GATES]);
  add_product (host, pass, pass->x[H], pass->w[RECURRENT], 1,
               pass->saved[GATES]);

  for (int64_t k = 0; k < n; k++, z += 4 * u, c += u, c_new += u) {
    host->sigmoid (z, z, 2 * u);
    host->tanh (z + 2 * u, z + 2 * u, u);
    host->sigmoid (z + 3 * u, z + 3 * u, u);
    for (int64_t j = 0; j < u; j++) /* c' = f c + i g */
      c_new[j] = z[u + j] * c[j] + z[j] * z[2 * u + j];
    host->tanh (c_new, t + k * u, u);
    for (int64_t j = 0; j < u; j++) /* h' = o t */
      h_new[k * u + j] = z[3 * u + j] * t[k * u + j];
  }
  return 0;
}

/* One sample: gates z, memory c and t, gradients from above (or NULL) to dz
 * and, if wanted, dc. */
static void
backward_row (int64_t u, const float *z, const float *c, const float *t,
              const float *dh_new, const float *dc_new, float *dz, float *dc)
{
  for (int64_t j = 0; j < u; j++) {
    const float i = z[j], f = z[u + j], g = z[2 * u + j], o = z[3 * u + j];
    const float dh = dh_new != NULL ? dh_new[j] : 0;
    const float d =
        (dc_new != NULL ? dc_new[j] : 0) + dh * o * (1 - t[j] * t[j]);

    dz[j] = d * g * i * (1 - i);
    dz[u + j] = d * c[j] * f * (1 - f);
    dz[2 * u + j] = d * i * (1 - g * g);
    dz[3 * u + j] = dh * t[j] * o * (1 - o);
    if (dc != NULL)
      dc[j] = d * f;
  }
}

static int32_t
backward (const void *self, const DnnHost *host, DnnPass *pass)
{
  const int64_t u = ((const Lstm *) self)->units, n = pass->x[X]->dims[0];
  const float *dh = dnn_f32 (pass->dy[0]), *dc = dnn_f32 (pass->dy[1]);
  DnnTensor *const *dw = pass->dw, *const *dx = pass->dx;
  DnnTensor *dz = pass->scratch[DZ];

  for (int64_t k = 0; k < n; k++)
    backward_row (u, dnn_f32 (pass->saved[GATES]) + k * 4 * u,
                  dnn_f32 (pass->x[C]) + k * u,
                  dnn_f32 (pass->saved[T]) + k * u,
                  dh != NULL ? dh + k * u : NULL,
                  dc != NULL ? dc + k * u : NULL, dnn_f32 (dz) + k * 4 * u,
                  dx[C] != NULL ? dnn_f32 (dx[C]) + k * u : NULL);

  if (dw[KERNEL] != NULL)
    dnn_matmul (host, pass, 1, pass->x[X], 0, dz, dw[KERNEL]);
  if (dw[RECURRENT] != NULL)
    dnn_matmul (host, pass, 1, pass->x[H], 0, dz, dw[RECURRENT]);
  host->sum_rows (pass, dz, dw[BIAS]);
  if (dx[X] != NULL)
    dnn_matmul (host, pass, 0, dz, 1, pass->w[KERNEL], dx[X]);
  if (dx[H] != NULL)
    dnn_matmul (host, pass, 0, dz, 1, pass->w[RECURRENT], dx[H]);
  return 0;
}

static const DnnLayerOps ops = {
  DNN_END_OF (DnnLayerOps, backward), 3, 3, 2, build, forward, backward,
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_LAYER,
  .name = "hard_lstm_cell",
  .title = "LSTMCell",
  .version = "1.0",
  .summary = "one step of a long short-term memory",
  .reference = "Hochreiter, Schmidhuber: Long short-term memory, 1997",
  .self_size = sizeof (Lstm),
  .params = params,
  .n_params = sizeof params / sizeof params[0],
  .param_stride = sizeof params[0],
  .ops = &ops,
};
