/* outside_struct - has a parameter beyond the end of its struct */
#include "bad.h"

typedef struct {
  Bad bad;
  double beyond;
} Larger;

static const DnnParam params[] = {
  DNN_FLOAT (Larger, beyond, "1", 0, 10, "", "beyond self_size"),
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .name = "outside_struct",
  BAD_REST,
  BAD_PARAMS (params),
};
