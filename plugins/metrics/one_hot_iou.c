/* one_hot_iou - iou of predictions that are a number for each class
 *
 * iou of the argmax of rows; targets are rows, too, or labels.
 */
#include <dnn/plugin.h>

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_METRIC,
  .name = "one_hot_iou",
  .title = "OneHotIoU",
  .version = "1.0",
  .summary = "iou of predictions that are a number for each class",
  .reference = "https://keras.io/api/metrics/segmentation_metrics/",
  .base = "iou",
  .defaults = "sparse_y_pred=false",
  .example = "target_class_ids=0,1",
  .example_inputs = "4; 4",
};
