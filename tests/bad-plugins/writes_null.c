/* writes_null - writes the gradient of its weight, wanted or not */
#include "bad-layer.h"

static int32_t
backward (const void *self, const DnnHost *host, DnnPass *pass)
{
  float *ds = dnn_f32 (pass->dw[SCALE]);

  ds[0] = 0;
  return good_backward (self, host, pass);
}

BAD_LAYER (good_build, good_forward, backward);

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .name = "writes_null",
  BAD_LAYER_REST,
};
