/* constant - the same value at every step
 *
 *   f (s) = value
 *
 * What a plain number says, with the host's warm-up before it.
 */
#include <dnn/plugin.h>

typedef struct {
  double value;
} Constant;

static const DnnParam params[] = {
  DNN_FLOAT_START (Constant, value, NULL, "at every step"),
};

static double
value (const void *self, uint64_t step, uint64_t n_steps)
{
  (void) step;
  (void) n_steps;
  return ((const Constant *) self)->value;
}

static const DnnScheduleOps ops = {
  DNN_SCHEDULE_OPS,
  .value = value,
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_SCHEDULE,
  .name = "constant",
  .title = "Constant",
  .version = "1.0",
  .summary = "the same value at every step",
  .reference = "https://keras.io/api/optimizers/learning_rate_schedules/",
  .self_size = sizeof (Constant),
  .params = params,
  .n_params = sizeof params / sizeof params[0],
  .param_stride = sizeof params[0],
  .ops = &ops,
  .example = "value=0.1",
};
