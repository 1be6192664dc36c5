/* crashes - writes to where there is nothing */
#include "bad-layer.h"

static int32_t
forward (const void *self, const DnnHost *host, DnnPass *pass)
{
  volatile float *volatile nowhere = NULL;

  *nowhere = 1;
  return good_forward (self, host, pass);
}

BAD_LAYER (good_build, forward, good_backward);

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .name = "crashes",
  BAD_LAYER_REST,
};
