/* random_rotation - pictures turned in training: see random_affine */
#include <dnn/plugin.h>

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  .kind = DNN_KIND_LAYER,
  .name = "random_rotation",
  .title = "RandomRotation",
  .version = "1.0",
  .summary = "pictures turned in training",
  .reference = "https://keras.io/api/layers/preprocessing_layers/"
               "image_augmentation/random_rotation/",
  .base = "random_affine",
  .defaults = "mode=none",
  .example = "factor=0.1",
  .example_inputs = "4,3,2",
};
