/* twins - a bundle with two layers of one name */
#include "bad-layer.h"

BAD_LAYER (good_build, good_forward, good_backward);

static const DnnPlugin one = {
  DNN_PLUGIN_V1,
  .name = "twins.scale",
  BAD_LAYER_REST,
};

const DnnPlugin *const dnn_plugins_v1[] = { &one, &one, NULL };
