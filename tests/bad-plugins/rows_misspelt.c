/* rows_misspelt - a row speaks of a parameter and a weight that it has not */
#include "bad-layer.h"

BAD_LAYER (good_build, good_forward, good_backward);

static const DnnForeign foreign[] = {
  { "keras", "Scale", "unit=units", "scale=0:01" },
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .name = "rows_misspelt",
  BAD_LAYER_REST,
  .foreign = DNN_FOREIGN_TABLE (foreign),
};
