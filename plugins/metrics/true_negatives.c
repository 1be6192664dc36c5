/* true_negatives - how much was left that is wrong
 *
 * Σ weight over y ≤ threshold where t = 0.
 */
#include <dnn/plugin.h>

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_METRIC,
  .name = "true_negatives",
  .title = "TrueNegatives",
  .version = "1.0",
  .summary = "how much was left that is wrong",
  .reference = "https://keras.io/api/metrics/classification_metrics/",
  .base = "true_positives",
  .defaults = "found=false",
  .example_inputs = "1; 1",
};
