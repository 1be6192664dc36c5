/* forgets_row - leaves the last row of y as it was */
#include "bad-layer.h"

static int32_t
forward (const void *self, const DnnHost *host, DnnPass *pass)
{
  DnnTensor x = *pass->x[0];
  const DnnTensor *shorter[] = { &x };
  DnnPass most = *pass;

  x.dims[0]--;
  most.x = shorter;
  return good_forward (self, host, &most);
}

BAD_LAYER (good_build, forward, good_backward);

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .name = "forgets_row",
  BAD_LAYER_REST,
};
