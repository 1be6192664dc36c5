/* random_translation - pictures shifted in training: see random_affine */
#include <dnn/plugin.h>

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  .kind = DNN_KIND_LAYER,
  .name = "random_translation",
  .title = "RandomTranslation",
  .version = "1.0",
  .summary = "pictures shifted in training",
  .reference = "https://keras.io/api/layers/preprocessing_layers/"
               "image_augmentation/random_translation/",
  .base = "random_affine",
  .defaults = "factors=shifts",
  .example = "height_factor=0.2 width_factor=0.3",
  .example_inputs = "4,3,2",
};
