/* bad_default - has a default that its own range refuses */
#include "bad.h"

static const DnnParam params[] = {
  DNN_FLOAT (Bad, slope, "11", 0, 10, "", "slope"),
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .name = "bad_default",
  BAD_REST,
  BAD_PARAMS (params),
};
