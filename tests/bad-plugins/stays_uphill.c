/* stays_uphill - goes around another, and leaves the weights where it looked */
#include "bad-step.h"

static int32_t
step_all (const void *self, const DnnHost *host, DnnStepAll *a)
{
  for (uint32_t k = 0; k < a->n_weights; k++)
    for (int64_t i = 0; i < a->weights[k]->n; i++)
      a->weights[k]->w[i] +=
          (float) ((const Bad *) self)->learning_rate * a->weights[k]->g[i];
  return host->evaluate (a);
}

static const DnnOptimizerOps ops = {
  DNN_OPTIMIZER_OPS (0),
  .step_all = step_all,
};

const DnnPlugin dnn_plugin_v1 = { BAD_STEP ("stays_uphill"),
                                  .flags = DNN_FLAG_AROUND };
