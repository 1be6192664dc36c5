/* leaks_padding - keeps its mask, and adds each row to the next */
#include "bad-layer.h"

static int32_t
forward (const void *self, const DnnHost *host, DnnPass *pass)
{
  const int64_t columns = dnn_columns (pass->x[0]);
  float *y = dnn_f32 (pass->y[0]);
  const int32_t status = good_forward (self, host, pass);

  for (int64_t i = dnn_count (pass->y[0]) - 1; i >= columns; i--)
    y[i] += y[i - columns];
  return status;
}

BAD_LAYER (good_build, forward, good_backward);

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .name = "leaks_padding",
  .flags =
      DNN_FLAG_KEEPS_MASK | DNN_FLAG_NOT_PER_SAMPLE | DNN_FLAG_OTHER_GRADIENT,
  BAD_LAYER_REST,
};
