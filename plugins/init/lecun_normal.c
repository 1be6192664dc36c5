/* lecun_normal - truncated normal, variance 1 / fan_in
 *
 * For selu, and for units that pass on the variance of what they get.
 * LeCun, Bottou, Orr, Müller: Efficient BackProp, 1998, eq. 16.
 */
#include <dnn/plugin.h>

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_INITIALIZER,
  .name = "lecun_normal",
  .title = "LecunNormal",
  .version = "1.0",
  .summary = "truncated normal with variance 1 / fan_in",
  .reference = "LeCun, Bottou, Orr, Müller: Efficient BackProp, 1998",
  .base = "variance_scaling",
  .defaults = "scale=1 mode=fan_in distribution=truncated_normal",
};
