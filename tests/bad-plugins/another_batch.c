/* another_batch - its output is of one sample more */
#include "bad-layer.h"

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  DnnShape y = dnn_shape_of (b->x[0]);
  const int32_t status = good_build (self, host, b);

  y.dims[0]++;
  host->set_output (b, 0, y);
  return status;
}

BAD_LAYER (build, good_forward, good_backward);

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .name = "another_batch",
  BAD_LAYER_REST,
};
