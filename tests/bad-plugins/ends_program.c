/* ends_program - calls exit */
#include "bad-layer.h"
#include <stdlib.h>

static int32_t
forward (const void *self, const DnnHost *host, DnnPass *pass)
{
  if (pass->x[0] != NULL)
    exit (0);
  return good_forward (self, host, pass);
}

BAD_LAYER (good_build, forward, good_backward);

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .name = "ends_program",
  BAD_LAYER_REST,
};
