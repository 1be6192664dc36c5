/* acme.moe - every row is sent to the one of E experts that a gate likes best
 *
 *   P = softmax (x G)    e = argmax P    y = P_e (x W_e + b_e)
 *   L = balance E Σ_e f_e P_e    f_e: share of the rows that expert e gets
 *
 * x: N×C, G: C×E, W: E×C×U.  Rows are sorted by expert; L keeps all busy.
 * Fedus, Zoph, Shazeer: Switch transformers, JMLR 2022, eq. 2 and 4.
 */
#include <dnn/plugin.h>

typedef struct {
  int64_t experts, units;
  double balance;
} Moe;

static const DnnParam params[] = {
  DNN_INT (Moe, experts, "4", 1, 256, "experts", "number of experts"),
  DNN_INT_REQUIRED (Moe, units, 1, 1 << 20, "outputs", "number of outputs"),
  DNN_FLOAT (Moe, balance, "0.01", 0, 1e6, "factor", "of the loss's term"),
};

enum { GATE, KERNEL, BIAS };
enum { P, XS, YS, LOAD, ORDER, BEGIN }; /* saved; LOAD: what P_e counts in L */
enum { DP, DXS, DYS };                  /* scratch */

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  const Moe *moe = self;
  const int64_t n = b->x[0]->dims[0], c = dnn_columns (b->x[0]);
  const int64_t size[] = { moe->experts, c, moe->units };

  if (b->x[0]->n_dims != 2)
    return host->fail (b, "input must be a batch of rows");
  host->add_weight (b, GATE, "gate", DNN_SHAPE (c, size[0]), "glorot_uniform");
  host->add_weight (b, KERNEL, "kernel", DNN_SHAPE (size[0], c, size[2]),
                    "glorot_uniform");
  host->set_fans (b, KERNEL, (double) c, (double) size[2]);
  host->add_weight (b, BIAS, "bias", DNN_SHAPE (size[0], size[2]), "zeros");
  for (uint32_t i = P; i <= YS; i++) {
    host->add_saved (b, i, DNN_SHAPE (n, size[i]));
    host->add_scratch (b, i, DNN_SHAPE (n, size[i]));
  }
  host->add_saved (b, LOAD, DNN_SHAPE (size[0]));
  host->add_saved (b, ORDER, DNN_SHAPE (n));
  host->add_saved (b, BEGIN, DNN_SHAPE (size[0] + 1));
  host->set_dtype (b, DNN_SAVED, ORDER, DNN_INT32);
  host->set_dtype (b, DNN_SAVED, BEGIN, DNN_INT32);
  host->set_output (b, 0, DNN_SHAPE (n, size[2]));
  host->set_output (b, 1, DNN_SHAPE (n));
  host->loss_output (b, 1);
  host->backward_reads (b, DNN_READS_X);
  return 0;
}

static void
sort_rows (const DnnPass *pass, int64_t n, int64_t e, double balance)
{
  int32_t *order = pass->saved[ORDER]->data, *begin = pass->saved[BEGIN]->data;

  begin[0] = 0;
  for (int64_t k = 0; k < e; k++) {
    begin[k + 1] = begin[k];
    for (int64_t i = 0; i < n; i++) {
      const float *p = dnn_f32 (pass->saved[P]) + i * e;
      int64_t best = 0;

      for (int64_t j = 1; j < e; j++)
        best = p[j] > p[best] ? j : best;
      if (best == k)
        order[begin[k + 1]++] = (int32_t) i;
    }
    dnn_f32 (pass->saved[LOAD])[k] =
        (float) (balance * (double) (e * (begin[k + 1] - begin[k])) /
                 (double) n);
  }
}

/* Rows first .. first + n - 1 of a matrix; `t` may be NULL. */
static DnnTensor
part (const DnnTensor *t, int64_t first, int64_t n)
{
  const int64_t columns = t != NULL ? dnn_columns (t) : 0;

  return (DnnTensor){ t != NULL ? dnn_f32 (t) + first * columns : NULL,
                      DNN_FLOAT32,
                      2,
                      { n, columns } };
}

static int32_t
forward (const void *self, const DnnHost *host, DnnPass *pass)
{
  const int64_t n = pass->x[0]->dims[0], c = pass->x[0]->dims[1];
  const int64_t e = ((const Moe *) self)->experts, u = pass->y[0]->dims[1];
  const int32_t *order = pass->saved[ORDER]->data;
  const int32_t *begin = pass->saved[BEGIN]->data;
  float *p = dnn_f32 (pass->saved[P]), *l = dnn_f32 (pass->y[1]);

  dnn_matmul (host, pass, 0, pass->x[0], 0, pass->w[GATE], pass->saved[P]);
  dnn_softmax (host, p, n, e, NULL, p, NULL);
  sort_rows (pass, n, e, ((const Moe *) self)->balance);
  for (int64_t i = 0; i < n * c; i++)
    dnn_f32 (pass->saved[XS])[i] =
        dnn_f32 (pass->x[0])[order[i / c] * c + i % c];
  for (int64_t k = 0; k < e; k++) {
    const int64_t first = begin[k], rows = begin[k + 1] - first;
    const DnnTensor xs = part (pass->saved[XS], first, rows);
    const DnnTensor w = part (pass->w[KERNEL], k * c, c);
    DnnTensor ys = part (pass->saved[YS], first, rows);

    dnn_matmul (host, pass, 0, &xs, 0, &w, &ys);
    for (int64_t i = 0; i < rows * u; i++) {
      const int64_t row = order[first + i / u];

      dnn_f32 (&ys)[i] += dnn_f32 (pass->w[BIAS])[k * u + i % u];
      dnn_f32 (pass->y[0])[row * u + i % u] = p[row * e + k] * dnn_f32 (&ys)[i];
    }
    for (int64_t i = 0; l != NULL && i < n; i++)
      l[i] = (k > 0 ? l[i] : 0) + dnn_f32 (pass->saved[LOAD])[k] * p[i * e + k];
  }
  return 0;
}

/* DP and DYS of row number i of an expert's, e. */
static void
through_gate (const Moe *moe, const DnnPass *pass, int64_t i, int64_t e)
{
  const int64_t n = moe->experts, u = moe->units;
  const int64_t row = ((const int32_t *) pass->saved[ORDER]->data)[i];
  const float *p = dnn_f32 (pass->saved[P]) + row * n;
  const float *dy =
      pass->dy[0] != NULL ? dnn_f32 (pass->dy[0]) + row * u : NULL;
  const float dl = pass->dy[1] != NULL ? dnn_f32 (pass->dy[1])[row] : 0;
  float *dp = dnn_f32 (pass->scratch[DP]) + row * n, sum = 0;

  for (int64_t j = 0; j < n; j++)
    dp[j] = dl * dnn_f32 (pass->saved[LOAD])[j];
  for (int64_t j = 0; j < u; j++) {
    const float d = dy != NULL ? dy[j] : 0;

    dp[e] += d * dnn_f32 (pass->saved[YS])[i * u + j];
    dnn_f32 (pass->scratch[DYS])[i * u + j] = p[e] * d;
  }
  for (int64_t j = 0; j < n; j++)
    sum += dp[j] * p[j];
  for (int64_t j = 0; j < n; j++)
    dp[j] = p[j] * (dp[j] - sum);
}

static int32_t
backward (const void *self, const DnnHost *host, DnnPass *pass)
{
  const int64_t c = dnn_columns (pass->x[0]);
  const int32_t *order = pass->saved[ORDER]->data;
  const int32_t *begin = pass->saved[BEGIN]->data;
  DnnTensor *dx = pass->dx[0], *const *dw = pass->dw;

  for (int64_t k = 0; k < ((const Moe *) self)->experts; k++) {
    const int64_t first = begin[k], rows = begin[k + 1] - first;
    const DnnTensor xs = part (pass->saved[XS], first, rows);
    const DnnTensor w = part (pass->w[KERNEL], k * c, c);
    DnnTensor dys = part (pass->scratch[DYS], first, rows);
    DnnTensor dxs = part (pass->scratch[DXS], first, rows);
    DnnTensor dk = part (dw[KERNEL], k * c, c), db = part (dw[BIAS], k, 1);

    for (int64_t i = first; i < first + rows; i++)
      through_gate (self, pass, i, k);
    host->sum_rows (pass, &dys, &db);
    if (dk.data != NULL)
      dnn_matmul (host, pass, 1, &xs, 0, &dys, &dk);
    dnn_matmul (host, pass, 0, &dys, 1, &w, &dxs);
  }
  host->weight_gradient (pass, GATE, pass->x[0], pass->scratch[DP]);
  if (dx == NULL)
    return 0;
  dnn_matmul (host, pass, 0, pass->scratch[DP], 1, pass->w[GATE], dx);
  for (int64_t i = 0; i < dnn_count (dx); i++)
    dnn_f32 (dx)[order[i / c] * c + i % c] += dnn_f32 (pass->scratch[DXS])[i];
  return 0;
}

static const DnnLayerOps ops = { DNN_LAYER_OPS_MANY (1, 1, 2), .build = build,
                                 .forward = forward, .backward = backward };

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  .kind = DNN_KIND_LAYER,
  .name = "acme.moe",
  .title = "SwitchMoE",
  .version = "2.0",
  .summary = "every row is sent to the expert that a gate likes best",
  .reference = "Fedus, Zoph, Shazeer: Switch transformers, JMLR 2022",
  .flags = DNN_FLAG_NOT_PER_SAMPLE, /* the shares are a batch's */
  .self_size = sizeof (Moe),
  .params = DNN_PARAM_TABLE (params),
  .ops = &ops,
  .example = "units=3 experts=2",
};
