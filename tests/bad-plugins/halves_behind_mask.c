/* halves_behind_mask - where it has a mask, what is real is half as large */
#include "bad-mask.h"

static int32_t
forward (const void *self, const DnnHost *host, DnnPass *pass)
{
  const int32_t status = masked_forward (self, host, pass);
  float *y = dnn_f32 (pass->y[0]);

  for (int64_t i = 0; pass->masks[0] != NULL && i < dnn_count (pass->y[0]); i++)
    y[i] /= 2;
  return status;
}

BAD_LAYER (masked_build, forward, good_backward);

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  .name = "halves_behind_mask",
  .flags = DNN_FLAG_READS_MASK | DNN_FLAG_OTHER_GRADIENT,
  BAD_LAYER_REST,
};
