/* mask_of_nothing - says that it has a mask of its own, and adds none */
#include "bad-layer.h"

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  host->set_mask (b, DNN_MASK_OWN);
  return good_build (self, host, b);
}

BAD_LAYER (build, good_forward, good_backward);

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  .name = "mask_of_nothing",
  BAD_LAYER_REST,
};
