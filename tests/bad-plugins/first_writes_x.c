/* first_writes_x - its first values are what is left of the batch */
#include "bad-layer.h"

static int32_t
first (const void *self, const DnnHost *host, DnnPass *pass)
{
  (void) self;
  (void) host;
  dnn_f32 (pass->x[0])[0] = 0;
  return 0;
}

static const DnnLayerOps ops = {
  .struct_size = DNN_END_OF (DnnLayerOps, first),
  .min_inputs = 1,
  .max_inputs = 1,
  .build = good_build,
  .forward = good_forward,
  .backward = good_backward,
  .first = first,
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  .name = "first_writes_x",
  BAD_LAYER_REST,
};
