/* constant - the same value at every step
 *
 *   f (step) = value
 */
#include <dnn/plugin.h>

typedef struct {
  double value;
} Constant;

static const DnnParam params[] = {
  DNN_FLOAT_REQUIRED (Constant, value, -1e30, 1e30, "", "at every step"),
};

static double
value (const void *self, uint64_t step)
{
  (void) step;
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
  .reference = "",
  .self_size = sizeof (Constant),
  .params = params,
  .n_params = sizeof params / sizeof params[0],
  .param_stride = sizeof params[0],
  .ops = &ops,
};
