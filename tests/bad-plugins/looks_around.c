/* looks_around - its value depends on the first sample, and it has no flag */
#include "bad-loss.h"

static int32_t
value (const void *self, const DnnHost *host, DnnLossPass *p)
{
  const int32_t status = good_value (self, host, p);

  for (int64_t i = 1; i < p->y_pred->dims[0]; i++)
    p->value[i] += p->value[0];
  return status;
}

BAD_LOSS (good_build, value, good_gradient);

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  .name = "looks_around",
  BAD_LOSS_REST,
};
