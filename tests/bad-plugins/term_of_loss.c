/* term_of_loss - a loss that would be a term of itself */
#include "bad-loss.h"

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  host->loss_output (b, 0);
  return good_build (self, host, b);
}

BAD_LOSS (build, good_value, good_gradient);

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  .name = "term_of_loss",
  BAD_LOSS_REST,
};
