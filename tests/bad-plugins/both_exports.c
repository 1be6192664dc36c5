/* both_exports - says that it is one plugin, and that it is several */
#include "bad-layer.h"

BAD_LAYER (good_build, good_forward, good_backward);

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .name = "both_exports",
  BAD_LAYER_REST,
};

const DnnPlugin *const dnn_plugins_v1[] = { &dnn_plugin_v1, NULL };
