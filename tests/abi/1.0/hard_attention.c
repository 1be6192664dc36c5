/* hard_attention - every query takes what it is like
 *
 *   P = softmax (Q Kᵀ / √D)    y = P K
 *
 *   Q: N×T×D    K: N×S×D, key and value in one    P: N×T×S    y: N×T×D
 *
 *   dP = dy Kᵀ    dS = P (dP - Σₛ P dP)
 *   dQ = dS K / √D    dK = dSᵀ Q / √D + Pᵀ dy
 *
 * Vaswani et al.: Attention is all you need, 2017, eq. 1.
 */
#include <dnn/plugin.h>
#include <math.h>

enum { QUERY, KEY_VALUE };
enum { P };  /* saved */
enum { DS }; /* scratch: dP, then dS */

/* Rows of P: a softmax, or its gradient. */
typedef struct {
  const DnnHost *host;
  float *p, *ds;
  int64_t s;
} Rows;

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  const DnnTensor *q = b->x[QUERY], *k = b->x[KEY_VALUE];
  DnnShape p;

  (void) self;
  if (q->n_dims != 3 || k->n_dims != 3 || q->dims[0] != k->dims[0] ||
      q->dims[2] != k->dims[2])
    return host->fail (b, "inputs must be N×T×D and N×S×D");

  p = DNN_SHAPE (q->dims[0], q->dims[1], k->dims[1]);
  host->set_output (b, 0, dnn_shape_of (q));
  host->add_saved (b, P, p);
  host->add_scratch (b, DS, p);
  host->backward_reads (b, DNN_READS_X);
  return 0;
}

/* C = alpha op(A) op(B) + beta C, for every first index. */
static void
multiply (const DnnHost *host, DnnPass *pass, float alpha, uint32_t trans_a,
          const DnnTensor *a, uint32_t trans_b, const DnnTensor *b, float beta,
          DnnTensor *c)
{
  DnnGemm gemm = { DNN_END_OF (DnnGemm, stride_c), trans_a, trans_b };

  gemm.m = c->dims[1];
  gemm.n = c->dims[2];
  gemm.k = a->dims[trans_a ? 1 : 2];
  gemm.alpha = alpha;
  gemm.beta = beta;
  gemm.a = dnn_f32 (a);
  gemm.b = dnn_f32 (b);
  gemm.c = dnn_f32 (c);
  gemm.batch = a->dims[0];
  gemm.stride_a = a->dims[1] * a->dims[2];
  gemm.stride_b = b->dims[1] * b->dims[2];
  gemm.stride_c = c->dims[1] * c->dims[2];
  host->gemm (pass, &gemm);
}

static void
softmax_rows (void *data, int64_t first, int64_t last, uint32_t worker)
{
  const Rows *rows = data;

  (void) worker;
  for (int64_t i = first; i < last; i++) {
    float *p = rows->p + i * rows->s, max = p[0];
    double sum = 0;

    for (int64_t j = 1; j < rows->s; j++)
      max = p[j] > max ? p[j] : max;
    for (int64_t j = 0; j < rows->s; j++) /* exp overflows past 88 */
      p[j] -= max;
    rows->host->exp (p, p, rows->s);
    for (int64_t j = 0; j < rows->s; j++)
      sum += (double) p[j];
    for (int64_t j = 0; j < rows->s; j++)
      p[j] = (float) (p[j] / sum);
  }
}

static void
gradient_rows (void *data, int64_t first, int64_t last, uint32_t worker)
{
  const Rows *rows = data;

  (void) worker;
  for (int64_t i = first; i < last; i++) {
    const float *p = rows->p + i * rows->s;
    float *ds = rows->ds + i * rows->s;
    double dot = 0;

    for (int64_t j = 0; j < rows->s; j++)
      dot += (double) p[j] * ds[j];
    for (int64_t j = 0; j < rows->s; j++)
      ds[j] = p[j] * (ds[j] - (float) dot);
  }
}

static int32_t
forward (const void *self, const DnnHost *host, DnnPass *pass)
{
  const DnnTensor *q = pass->x[QUERY], *k = pass->x[KEY_VALUE];
  DnnTensor *p = pass->saved[P];
  const float scale = 1 / sqrtf ((float) dnn_columns (q));
  Rows rows = { host, dnn_f32 (p), NULL, dnn_columns (p) };

  (void) self;
  multiply (host, pass, scale, 0, q, 1, k, 0, p);
  host->parallel_for (pass, dnn_rows (p), 16, softmax_rows, &rows);
  multiply (host, pass, 1, 0, p, 0, k, 0, pass->y[0]);
  return 0;
}

static int32_t
backward (const void *self, const DnnHost *host, DnnPass *pass)
{
  const DnnTensor *q = pass->x[QUERY], *k = pass->x[KEY_VALUE];
  const DnnTensor *p = pass->saved[P], *dy = pass->dy[0];
  DnnTensor *ds = pass->scratch[DS], *dk = pass->dx[KEY_VALUE];
  const float scale = 1 / sqrtf ((float) dnn_columns (q));
  Rows rows = { host, dnn_f32 (p), dnn_f32 (ds), dnn_columns (p) };

  (void) self;
  multiply (host, pass, 1, 0, dy, 1, k, 0, ds);
  host->parallel_for (pass, dnn_rows (p), 16, gradient_rows, &rows);
  if (pass->dx[QUERY] != NULL)
    multiply (host, pass, scale, 0, ds, 0, k, 0, pass->dx[QUERY]);
  if (dk != NULL) {
    multiply (host, pass, scale, 1, ds, 0, q, 0, dk);
    multiply (host, pass, 1, 1, p, 0, dy, 1, dk);
  }
  return 0;
}

static const DnnLayerOps ops = {
  DNN_LAYER_OPS (2),
  .build = build,
  .forward = forward,
  .backward = backward,
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_LAYER,
  .name = "hard_attention",
  .title = "Attention",
  .version = "1.0",
  .summary = "every query takes what it is like",
  .reference = "Vaswani et al.: Attention is all you need, 2017",
  .ops = &ops,
};
