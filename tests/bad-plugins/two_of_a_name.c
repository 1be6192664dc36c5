/* two_of_a_name - has two weights of one name */
#include "bad-layer.h"

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  host->add_weight (b, 1, "scale", DNN_SHAPE (3), "zeros");
  return good_build (self, host, b);
}

BAD_LAYER (build, good_forward, good_backward);

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .name = "two_of_a_name",
  BAD_LAYER_REST,
};
