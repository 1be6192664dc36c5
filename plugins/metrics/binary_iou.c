/* binary_iou - iou of what reaches a threshold
 *
 * iou of two classes: what reaches `threshold` is 1, the rest 0.
 */
#include <dnn/plugin.h>

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_METRIC,
  .name = "binary_iou",
  .title = "BinaryIoU",
  .version = "1.0",
  .summary = "iou of what reaches a threshold",
  .reference = "https://keras.io/api/metrics/segmentation_metrics/",
  .base = "iou",
  .defaults = "num_classes=2 target_class_ids=0,1 threshold=0.5",
  .example_inputs = "1; 1",
};
