/* fills_stack - wants more of the stack than there is */
#include "bad-layer.h"

static int32_t
forward (const void *self, const DnnHost *host, DnnPass *pass)
{
  volatile char room[64 << 20];

  room[0] = 1;
  return good_forward (self, host, pass) - 1 + room[0];
}

BAD_LAYER (good_build, forward, good_backward);

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .name = "fills_stack",
  BAD_LAYER_REST,
};
