/* writes_input - changes its input in forward */
#include "bad-layer.h"

static int32_t
forward (const void *self, const DnnHost *host, DnnPass *pass)
{
  good_forward (self, host, pass);
  dnn_f32 (pass->x[0])[0] = 0;
  return 0;
}

BAD_LAYER (good_build, forward, good_backward);

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .name = "writes_input",
  BAD_LAYER_REST,
};
