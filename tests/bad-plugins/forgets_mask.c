/* forgets_mask - reads masks, as it says, but what it does is as without */
#include "bad-mask.h"

BAD_LAYER (masked_build, good_forward, good_backward);

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  .name = "forgets_mask",
  .flags = DNN_FLAG_READS_MASK,
  BAD_LAYER_REST,
};
