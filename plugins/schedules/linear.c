/* linear - a straight line
 *
 *   f (s) = initial + (end - initial) p    p = s / decay_steps, at most 1
 *
 * polynomial_decay of power 1, to 0 unless said otherwise.
 */
#include <dnn/plugin.h>

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_SCHEDULE,
  .name = "linear",
  .title = "Linear",
  .version = "1.0",
  .summary = "a straight line, to 0 unless said otherwise",
  .reference = "https://keras.io/api/optimizers/learning_rate_schedules/",
  .base = "polynomial_decay",
  .defaults = "power=1 end_learning_rate=0",
  .example = "initial_learning_rate=0.1",
};
