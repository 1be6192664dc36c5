/* recall - share of what is right that was found
 *
 * Σ weight · found · t / Σ weight · t, with the parameters of precision.
 */
#include <dnn/plugin.h>

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_METRIC,
  .name = "recall",
  .title = "Recall",
  .version = "1.0",
  .summary = "share of what is right that was found",
  .reference = "https://keras.io/api/metrics/classification_metrics/",
  .base = "precision",
  .defaults = "share_of=actual",
  .example_inputs = "1; 1",
};
