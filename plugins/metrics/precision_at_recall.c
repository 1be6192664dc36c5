/* precision_at_recall - the best precision where recall is high enough
 *
 * max B / (B + F) over the thresholds where B / P reaches `recall`.
 */
#include <dnn/plugin.h>

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_METRIC,
  .name = "precision_at_recall",
  .title = "PrecisionAtRecall",
  .version = "1.0",
  .summary = "the best precision where recall is high enough",
  .reference = "https://keras.io/api/metrics/classification_metrics/",
  .base = "sensitivity_at_specificity",
  .defaults = "best=precision",
  .example = "recall=0.5",
  .example_inputs = "1; 1",
};
