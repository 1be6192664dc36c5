/* keeps_in_scratch - remembers its last step where nothing is kept
 *
 *   w ← w + v    v ← 0.5 v - η g
 */
#include "bad-step.h"

static int32_t
slots (const void *self, const DnnHost *host, DnnSlots *s)
{
  (void) self;
  host->add_step_scratch (s, 0, dnn_shape_of (s->weight));
  return 0;
}

static void
step (const void *self, const DnnHost *host, DnnStep *s)
{
  const float rate = (float) ((const Bad *) self)->learning_rate;
  float *v = s->scratch[0];

  (void) host;
  for (int64_t i = 0; i < s->n; i++) {
    v[i] = 0.5f * v[i] - rate * s->g[i];
    s->w[i] += v[i];
  }
}

static const DnnOptimizerOps ops = {
  DNN_OPTIMIZER_OPS (0),
  .slots = slots,
  .step = step,
};

const DnnPlugin dnn_plugin_v1 = { BAD_STEP ("keeps_in_scratch") };
