/* needs_newer_minor - needs a host that is not made yet */
#include "bad.h"

const DnnPlugin dnn_plugin_v1 = {
  DNN_MAGIC,
  DNN_END_OF (DnnPlugin, example_inputs),
  DNN_ABI_MAJOR,
  DNN_ABI_MINOR + 1,
  .name = "needs_newer_minor",
  BAD_REST,
  BAD_PARAMS (good_params),
};
