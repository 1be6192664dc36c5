/* spectral_normalization - a weight whose largest singular value is about 1
 *
 * W: the weight as a matrix, whose columns are its last axis.  In training, k
 * times:
 *
 *   v ← W u / |W u|      u ← Wᵀv / |Wᵀv|
 *
 *   y = W / σ            σ = vᵀW u
 *   dW = (dy - Σ(dy y) v uᵀ) / σ          u and v count as constants
 *
 * Otherwise, and where the weight is frozen, u is what training left, and v
 * follows from it.  Miyato et al.: Spectral normalization for GANs, ICLR 2018,
 * algorithm 1; as Keras, a weight of zeros stays as it is.
 */
#include <dnn/plugin.h>
#include <math.h>
#include <stdbool.h>

enum { VECTOR_U };    /* buffer: C */
enum { U, V, SIGMA }; /* saved: C, R, 1 */

typedef struct {
  int64_t power_iterations; /* k */
} SpectralNormalization;

static const DnnParam params[] = {
  DNN_INT (SpectralNormalization, power_iterations, "1", 1, 1000000, "steps",
           "turns of the power method at a step"),
};

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  const int64_t rows = dnn_rows (b->x[0]), columns = dnn_columns (b->x[0]);

  (void) self;
  host->add_buffer (b, VECTOR_U, "vector_u", DNN_SHAPE (1, columns),
                    "truncated_normal(stddev=0.02)");
  host->add_saved (b, U, DNN_SHAPE (columns, 1));
  host->add_saved (b, V, DNN_SHAPE (rows, 1));
  host->add_saved (b, SIGMA, DNN_SHAPE (1, 1));
  host->set_output (b, 0, dnn_shape_of (b->x[0]));
  host->backward_reads (b, DNN_READS_Y);
  return 0;
}

/* x / |x|; returns |x|. */
static float
normalize (const DnnTensor *t)
{
  float *x = dnn_f32 (t);
  double squares = 0, norm;

  for (int64_t i = 0; i < dnn_count (t); i++)
    squares += (double) x[i] * x[i];
  norm = sqrt (squares);
  for (int64_t i = 0; i < dnn_count (t); i++)
    x[i] = (float) (x[i] / (norm > 1e-12 ? norm : 1e-12));
  return (float) norm;
}

/* v from u and, in training, u from v; returns σ. */
static float
iterate (const SpectralNormalization *spectral, const DnnHost *host,
         DnnPass *pass)
{
  const DnnTensor *W = pass->x[0];
  DnnTensor *u = pass->saved[U], *v = pass->saved[V];
  const bool moves = pass->training && !pass->frozen;
  float sigma = 0;

  dnn_copy (pass->buffers[VECTOR_U], u);
  normalize (u);
  for (int64_t i = 0; i < (moves ? spectral->power_iterations : 1); i++) {
    dnn_matmul (host, pass, 0, W, 0, u, v);
    sigma = normalize (v);
    if (moves) {
      dnn_matmul (host, pass, 1, W, 0, v, u);
      sigma = normalize (u);
    }
  }
  if (moves && sigma > 0)
    dnn_copy (u, pass->buffers[VECTOR_U]);
  return sigma;
}

static int32_t
forward (const void *self, const DnnHost *host, DnnPass *pass)
{
  const float *x = dnn_f32 (pass->x[0]);
  const float sigma = iterate (self, host, pass);
  float *y = dnn_f32 (pass->y[0]), *saved = dnn_f32 (pass->saved[SIGMA]);

  saved[0] = sigma > 0 ? sigma : 1;
  for (int64_t i = 0, n = dnn_count (pass->x[0]); i < n; i++)
    y[i] = x[i] / saved[0];
  return 0;
}

static int32_t
backward (const void *self, const DnnHost *host, DnnPass *pass)
{
  const float *y = dnn_f32 (pass->y[0]), *dy = dnn_f32 (pass->dy[0]);
  const float *u = dnn_f32 (pass->saved[U]), *v = dnn_f32 (pass->saved[V]);
  const float sigma = dnn_f32 (pass->saved[SIGMA])[0];
  const int64_t columns = dnn_columns (pass->y[0]);
  float *dx = dnn_f32 (pass->dx[0]);
  double along = 0;

  (void) self;
  (void) host;
  if (dx == NULL)
    return 0;
  for (int64_t i = 0, n = dnn_count (pass->y[0]); i < n; i++)
    along += (double) dy[i] * y[i];
  for (int64_t i = 0; i < dnn_rows (pass->y[0]); i++)
    for (int64_t j = 0; j < columns; j++)
      dx[i * columns + j] =
          (dy[i * columns + j] - (float) along * v[i] * u[j]) / sigma;
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
  .kind = DNN_KIND_PARAMETRIZATION,
  .name = "spectral_normalization",
  .title = "SpectralNormalization",
  .version = "1.0",
  .summary = "a weight whose largest singular value is about 1",
  .reference = "Miyato et al.: Spectral normalization for GANs, ICLR 2018",
  .flags = DNN_FLAG_TRAINING_DIFFERS | DNN_FLAG_OTHER_GRADIENT,
  .self_size = sizeof (SpectralNormalization),
  .params = DNN_PARAM_TABLE (params),
  .ops = &ops,
};
