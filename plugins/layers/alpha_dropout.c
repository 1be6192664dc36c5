/* alpha_dropout - dropout for selu networks: keeps mean and variance
 *
 *   y = a x + b     u ≥ rate         dL/dx = a dL/dy
 *       a α' + b    otherwise                0
 *
 *   a = ((1 - rate) (1 + rate α'²))^-½    b = -a α' rate    α' = -λ α
 *
 * with u ~ U [0, 1) for every element: a dropped one gets α', selu's limit
 * below zero, and a and b put mean and variance right again.  The identity
 * outside of training.
 * Klambauer, Unterthiner, Mayr, Hochreiter: Self-normalizing neural networks,
 * NeurIPS 2017, section 3.
 */
#include <dnn/plugin.h>
#include <math.h>
#include <string.h>

#define ALPHA_PRIME -1.7580993408473768 /* α' */

typedef struct {
  double rate;
} AlphaDropout;

enum { MASK }; /* 1 where an element is kept, else 0 */

static const DnnParam params[] = {
  DNN_FLOAT_REQUIRED (AlphaDropout, rate, 0, 0.999999, "share",
                      "share of elements dropped"),
};

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  (void) self;
  host->add_saved (b, MASK, dnn_shape_of (b->x[0]));
  host->set_output (b, 0, dnn_shape_of (b->x[0]));
  host->backward_reads (b, DNN_READS_NOTHING);
  return 0;
}

static void
copy (const DnnTensor *from, const DnnTensor *to)
{
  if (to->data != from->data)
    memcpy (to->data, from->data, (size_t) dnn_count (to) * sizeof (float));
}

/* a */
static double
gain (double rate)
{
  return 1 / sqrt ((1 - rate) * (1 + rate * ALPHA_PRIME * ALPHA_PRIME));
}

static int32_t
forward (const void *self, const DnnHost *host, DnnPass *pass)
{
  const double rate = ((const AlphaDropout *) self)->rate, a = gain (rate);
  const float limit = (float) rate, factor = (float) a;
  const float shift = (float) (-a * ALPHA_PRIME * rate); /* b */
  const float dropped = (float) (a * ALPHA_PRIME - a * ALPHA_PRIME * rate);
  const int64_t n = dnn_count (pass->x[0]);
  const float *x = dnn_f32 (pass->x[0]);
  float *y = dnn_f32 (pass->y[0]), *mask = dnn_f32 (pass->saved[MASK]);

  if (!pass->training) {
    copy (pass->x[0], pass->y[0]);
    return 0;
  }
  host->random (pass, 0, DNN_UNIFORM, 0, n, mask);
  for (int64_t i = 0; i < n; i++) {
    mask[i] = mask[i] >= limit ? 1 : 0;
    y[i] = mask[i] > 0 ? factor * x[i] + shift : dropped;
  }
  return 0;
}

static int32_t
backward (const void *self, const DnnHost *host, DnnPass *pass)
{
  const float factor = (float) gain (((const AlphaDropout *) self)->rate);
  const float *dy = dnn_f32 (pass->dy[0]), *mask = dnn_f32 (pass->saved[MASK]);
  float *dx = dnn_f32 (pass->dx[0]);

  (void) host;
  if (dx == NULL)
    return 0;
  if (!pass->training) {
    copy (pass->dy[0], pass->dx[0]);
    return 0;
  }
  for (int64_t i = 0, n = dnn_count (pass->dy[0]); i < n; i++)
    dx[i] = factor * mask[i] * dy[i];
  return 0;
}

static const DnnLayerOps ops = {
  DNN_LAYER_OPS (1),
  .build = build,
  .forward = forward,
  .backward = backward,
};

static const DnnForeign foreign[] = {
  { "keras", "AlphaDropout", "rate=rate", "" },
  { "torch", "AlphaDropout", "rate=p", "" },
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_LAYER,
  .name = "alpha_dropout",
  .title = "AlphaDropout",
  .version = "1.0",
  .summary = "dropout for selu networks: keeps mean and variance",
  .reference = "Klambauer, Unterthiner, Mayr, Hochreiter: Self-normalizing "
               "neural networks, NeurIPS 2017",
  .flags = DNN_FLAG_IN_PLACE | DNN_FLAG_RANDOM | DNN_FLAG_TRAINING_DIFFERS |
           DNN_FLAG_KEEPS_MASK,
  .self_size = sizeof (AlphaDropout),
  .params = params,
  .n_params = sizeof params / sizeof params[0],
  .param_stride = sizeof params[0],
  .ops = &ops,
  .example = "rate=0.3",
  .foreign = DNN_FOREIGN_TABLE (foreign),
};
