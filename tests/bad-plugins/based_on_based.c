/* based_on_based - its base has a base itself */
#include <dnn/plugin.h>

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_INITIALIZER,
  .name = "based_on_based",
  .title = "BasedOnBased",
  .version = "1.0",
  .summary = "for a test",
  .reference = "",
  .base = "he_normal",
};
