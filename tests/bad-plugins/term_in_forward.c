/* term_in_forward - says in forward that its output is a term of the loss */
#include "bad-layer.h"

static int32_t
forward (const void *self, const DnnHost *host, DnnPass *pass)
{
  host->loss_output ((DnnBuild *) (void *) pass, 0);
  return good_forward (self, host, pass);
}

BAD_LAYER (good_build, forward, good_backward);

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  .name = "term_in_forward",
  BAD_LAYER_REST,
};
