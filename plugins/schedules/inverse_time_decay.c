/* inverse_time_decay - like one over the step
 *
 *   f (s) = initial / (1 + rate p)    p = s / decay_steps, or its floor
 */
#include <dnn/plugin.h>
#include <math.h>
#include <stdbool.h>

typedef struct {
  double initial_learning_rate;
  int64_t decay_steps;
  double decay_rate;
  bool staircase;
} InverseTimeDecay;

static const DnnParam params[] = {
  DNN_FLOAT_START (InverseTimeDecay, initial_learning_rate, "initial",
                   "the value at the first step"),
  DNN_INT (InverseTimeDecay, decay_steps, "0", 0, 1e15, "steps",
           "steps that count as one; 0: the whole phase"),

  DNN_FLOAT_REQUIRED (InverseTimeDecay, decay_rate, 0, 1e30, "factor",
                      "how fast it falls"),
  DNN_BOOL (InverseTimeDecay, staircase, "false", "falls in steps"),
};

static double
value (const void *self, uint64_t step, uint64_t n_steps)
{
  const InverseTimeDecay *decay = self;
  const double p = dnn_schedule_share (step, decay->decay_steps, n_steps);

  return decay->initial_learning_rate /
         (1 + decay->decay_rate * (decay->staircase ? floor (p) : p));
}

static const DnnScheduleOps ops = {
  DNN_SCHEDULE_OPS,
  .value = value,
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_SCHEDULE,
  .name = "inverse_time_decay",
  .title = "InverseTimeDecay",
  .version = "1.0",
  .summary = "falls like one over the step",
  .reference = "https://keras.io/api/optimizers/learning_rate_schedules/",
  .self_size = sizeof (InverseTimeDecay),
  .params = params,
  .n_params = sizeof params / sizeof params[0],
  .param_stride = sizeof params[0],
  .ops = &ops,
  .example = "initial_learning_rate=0.1 decay_steps=20 decay_rate=0.5",
};
