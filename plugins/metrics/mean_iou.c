/* mean_iou - how far classes cover each other, the mean over all
 *
 * Intersection over union as iou has it, without target_class_ids.
 */
#include <dnn/plugin.h>

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_METRIC,
  .name = "mean_iou",
  .title = "MeanIoU",
  .version = "1.0",
  .summary = "how far classes cover each other, the mean over all",
  .reference = "https://keras.io/api/metrics/segmentation_metrics/",
  .base = "iou",
  .example_inputs = "4; 1",
};
