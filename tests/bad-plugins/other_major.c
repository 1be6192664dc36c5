/* other_major - made for another plugin ABI */
#include "bad.h"

const DnnPlugin dnn_plugin_v1 = {
  DNN_MAGIC,
  DNN_END_OF (DnnPlugin, example_inputs),
  DNN_ABI_MAJOR + 1,
  0,
  .name = "other_major",
  BAD_REST,
  BAD_PARAMS (good_params),
};
