/* weights_of_batch - has a weight for every sample of the batch */
#include "bad-layer.h"

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  good_build (self, host, b);
  host->add_buffer (b, 0, "counts", DNN_SHAPE (b->x[0]->dims[0]), "zeros");
  return 0;
}

BAD_LAYER (build, good_forward, good_backward);

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .name = "weights_of_batch",
  BAD_LAYER_REST,
};
