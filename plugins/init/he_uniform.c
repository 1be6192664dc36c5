/* he_uniform - uniform, variance 2 / fan_in
 *
 * For rectifiers, which halve the variance of what passes them.
 * He, Zhang, Ren, Sun: Delving deep into rectifiers, ICCV 2015, eq. 10.
 */
#include <dnn/plugin.h>

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_INITIALIZER,
  .name = "he_uniform",
  .title = "HeUniform",
  .version = "1.0",
  .summary = "uniform with variance 2 / fan_in",
  .reference = "He, Zhang, Ren, Sun: Delving deep into rectifiers, ICCV 2015",
  .base = "variance_scaling",
  .defaults = "scale=2 mode=fan_in distribution=uniform",
};
