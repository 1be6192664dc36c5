/* empty_range - expects targets that there are none of */
#include "bad-loss.h"

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  host->expect_range (b, 1, 1, 0, 0);
  return good_build (self, host, b);
}

BAD_LOSS (build, good_value, good_gradient);

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  .name = "empty_range",
  BAD_LOSS_REST,
};
