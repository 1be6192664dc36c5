/* bend_floats - sets flush to zero, as a library linked with -ffast-math does
 */
#include "bad.h"

__attribute__ ((constructor)) static void
bend (void)
{
#ifdef __x86_64__
  __builtin_ia32_ldmxcsr (__builtin_ia32_stmxcsr () | 0x8040);
#endif
}

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .name = "bend_floats",
  BAD_REST,
  BAD_PARAMS (good_params),
};
