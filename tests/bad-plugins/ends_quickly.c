/* ends_quickly - calls quick_exit */
#include "bad-layer.h"
#include <stdlib.h>

static int32_t
forward (const void *self, const DnnHost *host, DnnPass *pass)
{
  if (pass->x[0] != NULL)
    quick_exit (0);
  return good_forward (self, host, pass);
}

BAD_LAYER (good_build, forward, good_backward);

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .name = "ends_quickly",
  BAD_LAYER_REST,
};
