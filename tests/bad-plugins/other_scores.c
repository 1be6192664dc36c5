/* other_scores - has scores of a kind that is none */
#include "bad-loss.h"

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  host->scores (b, 7);
  return good_build (self, host, b);
}

BAD_LOSS (build, good_value, good_gradient);

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  .name = "other_scores",
  BAD_LOSS_REST,
};
