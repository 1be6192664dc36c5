/* spatial_dropout1d - drops random channels of a line in training: see
 * spatial_dropout */
#include <dnn/plugin.h>

static const DnnForeign foreign[] = {
  { "keras", "SpatialDropout1D", "rate=rate", "" },
  { "torch", "Dropout1d", "rate=p", "" },
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  .kind = DNN_KIND_LAYER,
  .name = "spatial_dropout1d",
  .title = "SpatialDropout1D",
  .version = "1.0",
  .summary = "drops random channels of a line in training",
  .reference = "Tompson et al.: Efficient object localization using "
               "convolutional networks, CVPR 2015",
  .base = "spatial_dropout",
  .defaults = "rank=1",
  .example = "rate=0.4",
  .example_inputs = "6,3",
  .foreign = DNN_FOREIGN_TABLE (foreign),
};
