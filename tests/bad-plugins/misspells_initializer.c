/* misspells_initializer - its weight begins with an initializer that is not
 * there */
#include "bad-layer.h"

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  host->add_weight (b, 1, "shift", DNN_SHAPE (3), "zerros");
  return good_build (self, host, b);
}

BAD_LAYER (build, good_forward, good_backward);

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .name = "misspells_initializer",
  BAD_LAYER_REST,
};
