/* needs_target - says that one input will do, and reads the second */
#include "bad-term.h"

static int32_t
forward (const void *self, const DnnHost *host, DnnPass *pass)
{
  if (pass->n_inputs > 1 && dnn_f32 (pass->x[1])[0] == 0.5f)
    return host->fail (pass, "a label is 0.5");
  return good_forward (self, host, pass);
}

BAD_TERM (good_build, forward, good_backward);

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  .name = "needs_target",
  BAD_TERM_REST,
};
