/* exports_two - shows others a function of its own */
#include "bad.h"

DNN_EXPORT int more (int x);

int
more (int x)
{
  return 2 * x;
}

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .name = "exports_two",
  BAD_REST,
  BAD_PARAMS (good_params),
};
