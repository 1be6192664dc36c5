/* wrong_name - calls itself otherwise than its file */
#include "bad.h"

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .name = "other_name",
  BAD_REST,
  BAD_PARAMS (good_params),
};
