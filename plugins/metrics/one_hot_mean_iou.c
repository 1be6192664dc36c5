/* one_hot_mean_iou - mean_iou of a number for each class
 *
 * iou of the argmax of rows, without target_class_ids; targets are rows, too,
 * or labels.
 */
#include <dnn/plugin.h>

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_METRIC,
  .name = "one_hot_mean_iou",
  .title = "OneHotMeanIoU",
  .version = "1.0",
  .summary = "mean_iou of a number for each class",
  .reference = "https://keras.io/api/metrics/segmentation_metrics/",
  .base = "iou",
  .defaults = "sparse_y_pred=false",
  .example_inputs = "4; 4",
};
