/* strangers - a bundle with a plugin that is not named after it */
#include "bad-layer.h"

BAD_LAYER (good_build, good_forward, good_backward);

static const DnnPlugin other = {
  DNN_PLUGIN_V1,
  .name = "acme.scale",
  BAD_LAYER_REST,
};

const DnnPlugin *const dnn_plugins_v1[] = { &other, NULL };
