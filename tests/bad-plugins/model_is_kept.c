/* model_is_kept - the weight that is shown becomes the one that trains */
#include "bad-step.h"

static void
step (const void *self, const DnnHost *host, DnnStep *s)
{
  (void) host;
  descend (self, s);
}

static void
model_weight (const void *self, const DnnHost *host, const DnnStep *s,
              float *model)
{
  (void) self;
  (void) host;
  for (int64_t i = 0; i < s->n; i++)
    model[i] = s->w[i] = 0.5f * s->w[i];
}

static const DnnOptimizerOps ops = {
  DNN_OPTIMIZER_OPS (0),
  .step = step,
  .model_weight = model_weight,
};

const DnnPlugin dnn_plugin_v1 = { BAD_STEP ("model_is_kept") };
