/* no_example - has a required parameter, and no example that gives it */
#include "bad.h"

static const DnnParam params[] = {
  DNN_FLOAT_REQUIRED (Bad, slope, 0, 10, "", "slope"),
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .name = "no_example",
  BAD_REST,
  BAD_PARAMS (params),
};
