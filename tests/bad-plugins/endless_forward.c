/* endless_forward - does not come back from forward */
#include "bad-layer.h"

static int32_t
forward (const void *self, const DnnHost *host, DnnPass *pass)
{
  volatile int goes_on = 1;

  while (goes_on)
    ;
  return good_forward (self, host, pass);
}

BAD_LAYER (good_build, forward, good_backward);

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .name = "endless_forward",
  BAD_LAYER_REST,
};
