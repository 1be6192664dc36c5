/* recall_at_precision - the best recall where precision is high enough
 *
 * max B / P over the thresholds where B / (B + F) reaches `precision`.
 */
#include <dnn/plugin.h>

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_METRIC,
  .name = "recall_at_precision",
  .title = "RecallAtPrecision",
  .version = "1.0",
  .summary = "the best recall where precision is high enough",
  .reference = "https://keras.io/api/metrics/classification_metrics/",
  .base = "sensitivity_at_specificity",
  .defaults = "best=recall",
  .example = "precision=0.5",
  .example_inputs = "1; 1",
};
