/* past_scratch - writes one number more than its scratch has */
#include "bad-loss.h"

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  host->add_scratch (b, 0, DNN_SHAPE (6));
  return good_build (self, host, b);
}

static int32_t
value (const void *self, const DnnHost *host, DnnLossPass *p)
{
  float *room = dnn_f32 (p->scratch[0]);

  for (int64_t i = 0; i <= 6; i++)
    room[i] = 0;
  return good_value (self, host, p);
}

BAD_LOSS (build, value, good_gradient);

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  .name = "past_scratch",
  BAD_LOSS_REST,
};
