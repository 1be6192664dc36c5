/* specificity_at_sensitivity - most wrong ones left where enough are found
 *
 * max (N - F) / N over the thresholds where B / P reaches `sensitivity`.
 */
#include <dnn/plugin.h>

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_METRIC,
  .name = "specificity_at_sensitivity",
  .title = "SpecificityAtSensitivity",
  .version = "1.0",
  .summary = "most wrong ones left where enough are found",
  .reference = "https://keras.io/api/metrics/classification_metrics/",
  .base = "sensitivity_at_specificity",
  .defaults = "best=specificity",
  .example = "sensitivity=0.5",
  .example_inputs = "1; 1",
};
