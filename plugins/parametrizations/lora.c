/* lora - a weight that stays, and a small product beside it that learns
 *
 *   y = W + α/r A B      dA = α/r dy Bᵀ     dB = α/r Aᵀ dy     dW = dy
 * W is a matrix whose columns are its last axis, A has r columns and B r rows.
 * B begins at 0, so y begins as W.  Hu et al.: LoRA, 2021, eq. 3.
 */
#include <dnn/plugin.h>

enum { A, B };

typedef struct {
  int64_t rank; /* r */
  double alpha; /* α */
} Lora;

static const DnnParam params[] = {
  DNN_INT (Lora, rank, "4", 1, 1 << 20, "columns", "columns of A, rows of B"),
  DNN_FLOAT (Lora, alpha, "0", 0, 1e9, "factor",
             "A B counts alpha / rank; 0: once"),
};

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  const int64_t rank = ((const Lora *) self)->rank;
  const int64_t rows = dnn_rows (b->x[0]), columns = dnn_columns (b->x[0]);

  if (rank > rows || rank > columns)
    return host->fail (b, "rank must be at most %d, the weight's, not '%d'",
                       (int) (rows < columns ? rows : columns), (int) rank);
  host->add_weight (b, A, "lora_a", DNN_SHAPE (rows, rank), "he_uniform");
  host->add_weight (b, B, "lora_b", DNN_SHAPE (rank, columns), "zeros");
  host->set_output (b, 0, dnn_shape_of (b->x[0]));
  return 0;
}

static DnnGemm
product (const Lora *lora, uint32_t ta, uint32_t tb, float beta)
{
  const double r = (double) lora->rank, a = lora->alpha > 0 ? lora->alpha : r;

  return (DnnGemm){ DNN_GEMM (ta, tb), 0, 0, 0, (float) (a / r), beta };
}

static int32_t
forward (const void *self, const DnnHost *host, DnnPass *pass)
{
  dnn_copy (pass->x[0], pass->y[0]);
  dnn_multiply (host, pass, product (self, 0, 0, 1), pass->w[A], pass->w[B],
                pass->y[0]);
  return 0;
}

static int32_t
backward (const void *self, const DnnHost *host, DnnPass *pass)
{
  const DnnTensor *dy = pass->dy[0], *a = pass->w[A], *b = pass->w[B];

  dnn_multiply (host, pass, product (self, 0, 1, 0), dy, b, pass->dw[A]);
  dnn_multiply (host, pass, product (self, 1, 0, 0), a, dy, pass->dw[B]);
  dnn_copy (dy, pass->dx[0]);
  return 0;
}

static const DnnLayerOps ops = { DNN_LAYER_OPS (1), .build = build,
                                 .forward = forward, .backward = backward };

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  .kind = DNN_KIND_PARAMETRIZATION,
  .name = "lora",
  .title = "LoRA",
  .version = "1.0",
  .summary = "a weight that stays, and a small product beside it that learns",
  .reference = "Hu et al.: LoRA: low-rank adaptation, 2021",
  .flags = DNN_FLAG_ADAPTER,
  .self_size = sizeof (Lora),
  .params = DNN_PARAM_TABLE (params),
  .ops = &ops,
};
