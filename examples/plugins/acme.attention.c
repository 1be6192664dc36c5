/* acme.attention - every step of a sequence looks at the others: N×T×D
 *
 *   q k v = x Wᵢ + bᵢ  (D × 3D)     each cut into `heads` of d = D / heads
 *   P = softmax (q kᵀ / √d)         causal: a step sees none behind it
 *   a = P v    y = a Wₒ + bₒ
 *
 *   da = dy Wₒᵀ    dP = da vᵀ    dv = Pᵀ da
 *   dS = P (dP - Σ dP P) / √d    dq = dS k    dk = dSᵀ q
 *   dx = d(qkv) Wᵢᵀ    dWᵢ = xᵀ d(qkv)    dWₒ = aᵀ dy
 *
 * Vaswani and others: Attention is all you need, NeurIPS 2017.
 */
#include <dnn/plugin.h>
#include <math.h>
#include <stdbool.h>

typedef struct {
  int64_t heads;
  bool causal;
} Attention;

static const DnnParam params[] = {
  DNN_INT (Attention, heads, "4", 1, 1024, "heads", "divide the features"),
  DNN_BOOL (Attention, causal, "false", "a step sees itself and those before"),
};

enum { IN, IN_BIAS, OUT, OUT_BIAS };
enum { QKV, P, A };      /* saved: N×T×3D, N×heads×T×T, N×T×D */
enum { DA, DQKV, DP };   /* scratch */
enum { Q, K, V, WHOLE }; /* thirds of QKV, or a tensor without thirds */

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  const int64_t heads = ((const Attention *) self)->heads;
  const DnnShape x = dnn_shape_of (b->x[0]);
  const int64_t n = x.dims[0], t = x.dims[1], d = x.dims[2];

  if (x.n_dims != 3)
    return host->fail (b, "input must be a sequence of steps x features");
  if (d % heads != 0)
    return host->fail (b, "heads must divide the input's %d features", (int) d);
  host->add_weight (b, IN, "qkv_kernel", DNN_SHAPE (d, 3 * d),
                    "glorot_uniform");
  host->add_weight (b, IN_BIAS, "qkv_bias", DNN_SHAPE (3 * d), "zeros");
  host->add_weight (b, OUT, "output_kernel", DNN_SHAPE (d, d),
                    "glorot_uniform");
  host->add_weight (b, OUT_BIAS, "output_bias", DNN_SHAPE (d), "zeros");
  host->add_saved (b, QKV, DNN_SHAPE (n, t, 3 * d));
  host->add_saved (b, P, DNN_SHAPE (n, heads, t, t));
  host->add_saved (b, A, x);
  host->add_scratch (b, DA, x);
  host->add_scratch (b, DQKV, DNN_SHAPE (n, t, 3 * d));
  host->add_scratch (b, DP, DNN_SHAPE (n, heads, t, t));
  host->set_output (b, 0, x);
  host->backward_reads (b, DNN_READS_X);
  return 0;
}

/* A factor of all heads: rows of heads in `third` of a tensor, or T×T each. */
typedef struct {
  const DnnTensor *t;
  int third;
} Factor;

/* Where it begins, and elements from a row, head and sample to the next. */
static float *
place (Factor f, int64_t heads, int64_t ret[3])
{
  const int64_t row = dnn_columns (f.t);
  const int64_t d = f.third == WHOLE ? row : row / 3;
  const int square = f.t->n_dims == 4;

  ret[0] = row;
  ret[1] = square ? row * row : d / heads;
  ret[2] = dnn_count (f.t) / f.t->dims[0];
  return dnn_f32 (f.t) + (f.third == WHOLE ? 0 : f.third * d);
}

/* c = scale op(a) op(b), for every head of every sample. */
static void
product (const DnnHost *host, const DnnPass *pass, DnnGemm g, Factor a,
         Factor b, Factor c)
{
  const int64_t t = pass->saved[P]->dims[3], heads = pass->saved[P]->dims[1];
  const int64_t d = dnn_columns (pass->saved[A]) / heads;
  int64_t at[3];

  g.m = t, g.batch = heads, g.outer = pass->saved[P]->dims[0];
  g.n = c.t->n_dims == 4 ? t : d;
  g.k = a.t->n_dims == 4 ? t : d;
  g.a = place (a, heads, at), g.lda = at[0];
  g.stride_a = at[1], g.outer_a = at[2];
  g.b = place (b, heads, at), g.ldb = at[0];
  g.stride_b = at[1], g.outer_b = at[2];
  g.c = place (c, heads, at), g.ldc = at[0];
  g.stride_c = at[1], g.outer_c = at[2];
  host->gemm (pass, &g);
}

static float
root (const DnnPass *pass)
{
  return sqrtf (
      (float) (dnn_columns (pass->saved[A]) / pass->saved[P]->dims[1]));
}

static int32_t
forward (const void *self, const DnnHost *host, DnnPass *pass)
{
  DnnTensor *qkv = pass->saved[QKV], *p = pass->saved[P], *a = pass->saved[A];
  const int64_t n = dnn_columns (qkv), t = dnn_columns (p);
  float *s = dnn_f32 (p);

  for (int64_t i = 0; i < dnn_count (qkv); i++)
    dnn_f32 (qkv)[i] = dnn_f32 (pass->w[IN_BIAS])[i % n];
  dnn_multiply (host, pass, (DnnGemm){ DNN_GEMM (0, 0), .alpha = 1, .beta = 1 },
                pass->x[0], pass->w[IN], qkv);
  product (host, pass, (DnnGemm){ DNN_GEMM (0, 1), .alpha = 1 / root (pass) },
           (Factor){ qkv, Q }, (Factor){ qkv, K }, (Factor){ p, WHOLE });
  for (int64_t i = 0; i < dnn_count (p); i++)
    if (((const Attention *) self)->causal && i % t > i / t % t)
      s[i] = -INFINITY;
  dnn_softmax (host, s, dnn_rows (p), t, NULL, s, NULL);
  product (host, pass, (DnnGemm){ DNN_GEMM (0, 0), .alpha = 1 },
           (Factor){ p, WHOLE }, (Factor){ qkv, V }, (Factor){ a, WHOLE });
  host->affine (pass, a, pass->w[OUT], pass->w[OUT_BIAS]);
  return 0;
}

/* dP to dS, in place. */
static void
through_softmax (const DnnPass *pass)
{
  const int64_t t = dnn_columns (pass->saved[P]);
  const float *p = dnn_f32 (pass->saved[P]), scale = 1 / root (pass);
  float *dp = dnn_f32 (pass->scratch[DP]);

  for (int64_t r = 0; r < dnn_rows (pass->saved[P]); r++, p += t, dp += t) {
    double sum = 0;

    for (int64_t c = 0; c < t; c++)
      sum += (double) dp[c] * p[c];
    for (int64_t c = 0; c < t; c++)
      dp[c] = p[c] * (dp[c] - (float) sum) * scale;
  }
}

static int32_t
backward (const void *self, const DnnHost *host, DnnPass *pass)
{
  const DnnTensor *dy = pass->dy[0], *qkv = pass->saved[QKV];
  DnnTensor *dqkv = pass->scratch[DQKV];
  const Factor p = { pass->saved[P], WHOLE }, da = { pass->scratch[DA], WHOLE };
  const Factor dp = { pass->scratch[DP], WHOLE };
  const DnnGemm plain = { DNN_GEMM (0, 0), .alpha = 1 };
  const DnnGemm turned = { DNN_GEMM (1, 0), .alpha = 1 };

  (void) self;
  dnn_matmul (host, pass, 0, dy, 1, pass->w[OUT], pass->scratch[DA]);
  product (host, pass, (DnnGemm){ DNN_GEMM (0, 1), .alpha = 1 }, da,
           (Factor){ qkv, V }, dp);
  product (host, pass, turned, p, da, (Factor){ dqkv, V });
  through_softmax (pass);
  product (host, pass, plain, dp, (Factor){ qkv, K }, (Factor){ dqkv, Q });
  product (host, pass, turned, dp, (Factor){ qkv, Q }, (Factor){ dqkv, K });
  host->sum_rows (pass, dy, pass->dw[OUT_BIAS]);
  host->sum_rows (pass, dqkv, pass->dw[IN_BIAS]);
  host->weight_gradient (pass, OUT, pass->saved[A], dy);
  host->weight_gradient (pass, IN, pass->x[0], dqkv);
  if (pass->dx[0] != NULL)
    dnn_matmul (host, pass, 0, dqkv, 1, pass->w[IN], pass->dx[0]);
  return 0;
}

static const DnnLayerOps ops = { DNN_LAYER_OPS (1), .build = build,
                                 .forward = forward, .backward = backward };

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  .kind = DNN_KIND_LAYER,
  .name = "acme.attention",
  .title = "SelfAttention",
  .version = "2.0",
  .summary = "every step of a sequence looks at the others, by several heads",
  .reference = "Vaswani and others: Attention is all you need, NeurIPS 2017",
  .self_size = sizeof (Attention),
  .params = DNN_PARAM_TABLE (params),
  .ops = &ops,
  .example = "heads=2",
  .example_inputs = "3,4",
};
