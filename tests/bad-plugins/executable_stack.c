/* executable_stack - wants a stack that can be executed
 */
#include "bad.h"

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .name = "executable_stack",
  BAD_REST,
  BAD_PARAMS (good_params),
};
