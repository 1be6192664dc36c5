/* gradient_off - has a derivative of its weight that is off by 1 % */
#include "bad-layer.h"

static int32_t
backward (const void *self, const DnnHost *host, DnnPass *pass)
{
  float *ds = dnn_f32 (pass->dw[SCALE]);

  good_backward (self, host, pass);
  for (int64_t j = 0; ds != NULL && j < dnn_count (pass->dw[SCALE]); j++)
    ds[j] *= 1.01f;
  return 0;
}

BAD_LAYER (good_build, good_forward, backward);

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .name = "gradient_off",
  BAD_LAYER_REST,
};
