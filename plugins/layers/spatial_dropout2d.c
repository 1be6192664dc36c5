/* spatial_dropout2d - drops random channels of a plane in training: see
 * spatial_dropout */
#include <dnn/plugin.h>

static const DnnForeign foreign[] = {
  { "keras", "SpatialDropout2D", "rate=rate", "" },
  { "torch", "Dropout2d", "rate=p", "" },
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  .kind = DNN_KIND_LAYER,
  .name = "spatial_dropout2d",
  .title = "SpatialDropout2D",
  .version = "1.0",
  .summary = "drops random channels of a plane in training",
  .reference = "Tompson et al.: Efficient object localization using "
               "convolutional networks, CVPR 2015",
  .base = "spatial_dropout",
  .defaults = "rank=2",
  .example = "rate=0.4",
  .example_inputs = "5,4,3",
  .foreign = DNN_FOREIGN_TABLE (foreign),
};
