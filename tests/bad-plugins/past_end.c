/* past_end - writes one element past the end of y */
#include "bad-layer.h"

static int32_t
forward (const void *self, const DnnHost *host, DnnPass *pass)
{
  const int64_t n = dnn_count (pass->y[0]);

  good_forward (self, host, pass);
  dnn_f32 (pass->y[0])[n] = 0;
  return 0;
}

BAD_LAYER (good_build, forward, good_backward);

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .name = "past_end",
  BAD_LAYER_REST,
};
