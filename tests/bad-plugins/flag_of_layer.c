/* flag_of_layer - has a flag that is for layers */
#include "bad-loss.h"

BAD_LOSS (good_build, good_value, good_gradient);

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  .name = "flag_of_layer",
  .flags = DNN_FLAG_OTHER_GRADIENT,
  BAD_LOSS_REST,
};
