/* writes_mask - takes its input's mask for its own */
#include "bad-mask.h"

static int32_t
forward (const void *self, const DnnHost *host, DnnPass *pass)
{
  const int32_t status = masked_forward (self, host, pass);

  if (pass->masks[0] != NULL)
    dnn_f32 (pass->masks[0])[0] = 0;
  return status;
}

BAD_LAYER (masked_build, forward, good_backward);

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  .name = "writes_mask",
  .flags = DNN_FLAG_READS_MASK | DNN_FLAG_OTHER_GRADIENT,
  BAD_LAYER_REST,
};
