/* random_zoom - pictures zoomed in training: see random_affine */
#include <dnn/plugin.h>

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  .kind = DNN_KIND_LAYER,
  .name = "random_zoom",
  .title = "RandomZoom",
  .version = "1.0",
  .summary = "pictures zoomed in training",
  .reference = "https://keras.io/api/layers/preprocessing_layers/"
               "image_augmentation/random_zoom/",
  .base = "random_affine",
  .defaults = "factors=zooms",
  .example = "height_factor=0.2",
  .example_inputs = "4,3,2",
};
