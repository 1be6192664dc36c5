/* adds_result - adds to dx instead of overwriting it */
#include "bad-layer.h"

static int32_t
backward (const void *self, const DnnHost *host, DnnPass *pass)
{
  const int64_t columns = dnn_columns (pass->x[0]);
  const float *s = dnn_f32 (pass->w[SCALE]), *dy = dnn_f32 (pass->dy[0]);
  float *dx = dnn_f32 (pass->dx[0]);
  DnnTensor *nothing[] = { NULL };
  DnnPass rest = *pass;

  rest.dx = nothing;
  for (int64_t i = 0; dx != NULL && i < dnn_count (pass->dy[0]); i++)
    dx[i] += dy[i] * s[i % columns];
  return good_backward (self, host, &rest);
}

BAD_LAYER (good_build, good_forward, backward);

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .name = "adds_result",
  BAD_LAYER_REST,
};
