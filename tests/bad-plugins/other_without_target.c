/* other_without_target - its output is another where there are no targets */
#include "bad-term.h"

static int32_t
forward (const void *self, const DnnHost *host, DnnPass *pass)
{
  const int32_t status = good_forward (self, host, pass);

  if (pass->n_inputs > 1 && pass->x[1] == NULL)
    dnn_f32 (pass->y[0])[0] = 7;
  return status;
}

BAD_TERM (good_build, forward, good_backward);

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  .name = "other_without_target",
  BAD_TERM_REST,
};
