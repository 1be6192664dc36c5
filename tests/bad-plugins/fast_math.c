/* fast_math - is linked with -ffast-math, which changes the arithmetic of all
 */
#include "bad.h"

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .name = "fast_math",
  BAD_REST,
  BAD_PARAMS (good_params),
};
