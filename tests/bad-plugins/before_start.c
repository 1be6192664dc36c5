/* before_start - writes one element before the start of y */
#include "bad-layer.h"

static int32_t
forward (const void *self, const DnnHost *host, DnnPass *pass)
{
  float *y = dnn_f32 (pass->y[0]);

  good_forward (self, host, pass);
  y[-1] = 0;
  return 0;
}

BAD_LAYER (good_build, forward, good_backward);

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .name = "before_start",
  BAD_LAYER_REST,
};
