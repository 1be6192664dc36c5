/* needs_room_of_term - writes its term of the loss where there is no room */
#include "bad-term.h"

static int32_t
forward (const void *self, const DnnHost *host, DnnPass *pass)
{
  dnn_f32 (pass->y[1])[0] = 0;
  return good_forward (self, host, pass);
}

BAD_TERM (good_build, forward, good_backward);

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  .name = "needs_room_of_term",
  BAD_TERM_REST,
};
