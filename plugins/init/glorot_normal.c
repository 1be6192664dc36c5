/* glorot_normal - truncated normal, variance 2 / (fan_in + fan_out)
 *
 * For tanh and the like: keeps signals and gradients alike in size.
 * Glorot, Bengio: Understanding the difficulty of training deep feedforward
 * neural networks, AISTATS 2010, eq. 12.
 */
#include <dnn/plugin.h>

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_INITIALIZER,
  .name = "glorot_normal",
  .title = "GlorotNormal",
  .version = "1.0",
  .summary = "truncated normal with variance 2 / (fan_in + fan_out)",
  .reference = "Glorot, Bengio: Understanding the difficulty of training deep "
               "feedforward neural networks, AISTATS 2010",
  .base = "variance_scaling",
  .defaults = "scale=1 mode=fan_avg distribution=truncated_normal",
};
