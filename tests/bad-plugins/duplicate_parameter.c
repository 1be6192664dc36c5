/* duplicate_parameter - has a parameter twice */
#include "bad.h"

static const DnnParam params[] = {
  DNN_FLOAT (Bad, slope, "1", 0, 10, "", "slope"),
  DNN_FLOAT (Bad, slope, "2", 0, 10, "", "slope, again"),
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .name = "duplicate_parameter",
  BAD_REST,
  BAD_PARAMS (params),
};
