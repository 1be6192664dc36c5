/* leaves - calls _exit, which runs no handler */
#include "bad-layer.h"
#include <unistd.h>

static int32_t
forward (const void *self, const DnnHost *host, DnnPass *pass)
{
  if (pass->x[0] != NULL)
    _exit (0);
  return good_forward (self, host, pass);
}

BAD_LAYER (good_build, forward, good_backward);

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .name = "leaves",
  BAD_LAYER_REST,
};
