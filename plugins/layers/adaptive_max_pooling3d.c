/* adaptive_max_pooling3d - the largest of so many parts of a volume: see
 * adaptive_pooling */
#include <dnn/plugin.h>

static const DnnForeign foreign[] = {
  { "torch", "AdaptiveMaxPool3d", "output_size=output_size", "" },
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  .kind = DNN_KIND_LAYER,
  .name = "adaptive_max_pooling3d",
  .title = "AdaptiveMaxPooling3D",
  .version = "1.0",
  .summary = "the largest of so many parts of a volume",
  .reference = "He et al.: Spatial pyramid pooling, ECCV 2014",
  .base = "adaptive_pooling",
  .defaults = "rank=3 pool=max",
  .example = "output_size=1",
  .example_inputs = "1,2,2,1",
  .foreign = DNN_FOREIGN_TABLE (foreign),
};
