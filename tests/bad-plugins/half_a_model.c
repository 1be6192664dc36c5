/* half_a_model - writes every other element of the weight to be shown */
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
  for (int64_t i = 0; i < s->n; i += 2)
    model[i] = s->w[i];
}

static const DnnOptimizerOps ops = {
  DNN_OPTIMIZER_OPS (0),
  .step = step,
  .model_weight = model_weight,
};

const DnnPlugin dnn_plugin_v1 = { BAD_STEP ("half_a_model") };
