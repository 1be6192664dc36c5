/* f1 - harmonic mean of precision and recall
 *
 *   F₁ = 2 P R / (P + R + ε), which is fbeta with β = 1
 */
#include <dnn/plugin.h>

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_METRIC,
  .name = "f1",
  .title = "F1Score",
  .version = "1.0",
  .summary = "harmonic mean of precision and recall",
  .reference = "https://keras.io/api/metrics/classification_metrics/",
  .base = "fbeta",
  .defaults = "beta=1",
  .example_inputs = "4; 1",
};
