/* declares_in_forward - sets its output when it computes */
#include "bad-layer.h"

static int32_t
forward (const void *self, const DnnHost *host, DnnPass *pass)
{
  host->set_output ((DnnBuild *) pass, 0, DNN_SHAPE (1));
  return good_forward (self, host, pass);
}

BAD_LAYER (good_build, forward, good_backward);

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .name = "declares_in_forward",
  BAD_LAYER_REST,
};
