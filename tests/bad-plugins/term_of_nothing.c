/* term_of_nothing - calls an output a term of the loss that it does not set */
#include "bad-layer.h"

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  host->loss_output (b, 1);
  return good_build (self, host, b);
}

BAD_LAYER (build, good_forward, good_backward);

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  .name = "term_of_nothing",
  BAD_LAYER_REST,
};
