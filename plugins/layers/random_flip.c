/* random_flip - pictures flipped in training: see random_affine */
#include <dnn/plugin.h>

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  .kind = DNN_KIND_LAYER,
  .name = "random_flip",
  .title = "RandomFlip",
  .version = "1.0",
  .summary = "pictures flipped in training",
  .reference = "https://keras.io/api/layers/preprocessing_layers/"
               "image_augmentation/random_flip/",
  .base = "random_affine",
  .defaults = "mode=horizontal_and_vertical",
  .example = "mode=horizontal",
  .example_inputs = "4,3,2",
};
