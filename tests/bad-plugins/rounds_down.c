/* rounds_down - leaves the processor rounding down */
#include "bad-layer.h"

static int32_t
forward (const void *self, const DnnHost *host, DnnPass *pass)
{
  good_forward (self, host, pass);
#ifdef __x86_64__
  __builtin_ia32_ldmxcsr (__builtin_ia32_stmxcsr () | 0x2000);
#endif
  return 0;
}

BAD_LAYER (good_build, forward, good_backward);

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .name = "rounds_down",
  BAD_LAYER_REST,
};
