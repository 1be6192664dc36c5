/* lying_struct_size - says that its descriptor ends before it does */
#include "bad.h"

const DnnPlugin dnn_plugin_v1 = {
  DNN_MAGIC,
  16,
  DNN_ABI_MAJOR,
  0,
  .name = "lying_struct_size",
  BAD_REST,
  BAD_PARAMS (good_params),
};
