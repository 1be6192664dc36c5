/* spatial_dropout3d - drops random channels of a volume in training: see
 * spatial_dropout */
#include <dnn/plugin.h>

static const DnnForeign foreign[] = {
  { "keras", "SpatialDropout3D", "rate=rate", "" },
  { "torch", "Dropout3d", "rate=p", "" },
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  .kind = DNN_KIND_LAYER,
  .name = "spatial_dropout3d",
  .title = "SpatialDropout3D",
  .version = "1.0",
  .summary = "drops random channels of a volume in training",
  .reference = "Tompson et al.: Efficient object localization using "
               "convolutional networks, CVPR 2015",
  .base = "spatial_dropout",
  .defaults = "rank=3",
  .example = "rate=0.4",
  .example_inputs = "4,3,2,2",
  .foreign = DNN_FOREIGN_TABLE (foreign),
};
