/* fewer_outputs - sets one output of the two that must be there */
#include "bad-layer.h"

static const DnnLayerOps ops = {
  .struct_size = DNN_END_OF (DnnLayerOps, min_outputs),
  .min_inputs = 1,
  .max_inputs = 1,
  .n_outputs = 3,
  .build = good_build,
  .forward = good_forward,
  .backward = good_backward,
  .min_outputs = 2,
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  .name = "fewer_outputs",
  BAD_LAYER_REST,
};
