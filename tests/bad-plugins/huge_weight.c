/* huge_weight - has 2^40 weights */
#include "bad-layer.h"

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  host->add_weight (b, 1, "huge", DNN_SHAPE (1 << 20, 1 << 20), "zeros");
  return good_build (self, host, b);
}

BAD_LAYER (build, good_forward, good_backward);

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .name = "huge_weight",
  BAD_LAYER_REST,
};
