/* looks_in_step - wants the batch run again where only a weight is stepped */
#include "bad-step.h"

static void
step (const void *self, const DnnHost *host, DnnStep *s)
{
  DnnStepAll a = { .call = s->call, .n_weights = 1, .weights = &s };

  if (host->evaluate (&a) == 0)
    descend (self, s);
}

static const DnnOptimizerOps ops = {
  DNN_OPTIMIZER_OPS (0),
  .step = step,
};

const DnnPlugin dnn_plugin_v1 = { BAD_STEP ("looks_in_step") };
