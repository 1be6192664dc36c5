/* hides_training - doubles in training, and has no flag for it */
#include "bad-layer.h"

static int32_t
forward (const void *self, const DnnHost *host, DnnPass *pass)
{
  const int64_t n = dnn_count (pass->y[0]);
  float *y = dnn_f32 (pass->y[0]);

  good_forward (self, host, pass);
  for (int64_t i = 0; pass->training && i < n; i++)
    y[i] *= 2;
  return 0;
}

static int32_t
backward (const void *self, const DnnHost *host, DnnPass *pass)
{
  const int64_t n = dnn_count (pass->x[0]);
  float *dx = dnn_f32 (pass->dx[0]), *ds = dnn_f32 (pass->dw[SCALE]);

  good_backward (self, host, pass);
  for (int64_t i = 0; pass->training && dx != NULL && i < n; i++)
    dx[i] *= 2;
  for (int64_t j = 0;
       pass->training && ds != NULL && j < dnn_count (pass->dw[SCALE]); j++)
    ds[j] *= 2;
  return 0;
}

BAD_LAYER (good_build, forward, backward);

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .name = "hides_training",
  BAD_LAYER_REST,
};
