/* half_a_mask - says that its output has a mask, and writes its first half */
#include "bad-layer.h"

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  host->add_mask (b, 0, DNN_SHAPE (b->x[0]->dims[0]));
  return good_build (self, host, b);
}

static int32_t
forward (const void *self, const DnnHost *host, DnnPass *pass)
{
  float *m = dnn_f32 (pass->y_masks[0]);

  for (int64_t i = 0; i < pass->x[0]->dims[0] / 2; i++)
    m[i] = 1;
  return good_forward (self, host, pass);
}

BAD_LAYER (build, forward, good_backward);

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  .name = "half_a_mask",
  .flags = DNN_FLAG_READS_MASK,
  BAD_LAYER_REST,
};
