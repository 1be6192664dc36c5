/* loss_of_padding - reads masks, as it says, and counts padding all the same */
#include "bad-loss.h"

BAD_LOSS (good_build, good_value, good_gradient);

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  .name = "loss_of_padding",
  .flags = DNN_FLAG_READS_MASK,
  BAD_LOSS_REST,
};
