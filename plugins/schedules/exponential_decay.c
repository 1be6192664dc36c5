/* exponential_decay - by the same factor again and again
 *
 *   f (s) = initial rateᵖ    p = s / decay_steps, or its floor (staircase)
 */
#include <dnn/plugin.h>
#include <math.h>
#include <stdbool.h>

typedef struct {
  double initial_learning_rate;
  int64_t decay_steps;
  double decay_rate;
  bool staircase;
} ExponentialDecay;

static const DnnParam params[] = {
  DNN_FLOAT_START (ExponentialDecay, initial_learning_rate, "initial",
                   "the value at the first step"),
  DNN_INT (ExponentialDecay, decay_steps, "0", 0, 1e15, "steps",
           "steps in which it falls by the rate; 0: the whole phase"),

  DNN_FLOAT_REQUIRED (ExponentialDecay, decay_rate, 0, 1e30, "factor",
                      "the factor"),
  DNN_BOOL (ExponentialDecay, staircase, "false", "falls in steps"),
};

static double
value (const void *self, uint64_t step, uint64_t n_steps)
{
  const ExponentialDecay *decay = self;
  const double p = dnn_schedule_share (step, decay->decay_steps, n_steps);

  return decay->initial_learning_rate *
         pow (decay->decay_rate, decay->staircase ? floor (p) : p);
}

static const DnnScheduleOps ops = {
  DNN_SCHEDULE_OPS,
  .value = value,
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_SCHEDULE,
  .name = "exponential_decay",
  .title = "ExponentialDecay",
  .version = "1.0",
  .summary = "falls by the same factor again and again",
  .reference = "https://keras.io/api/optimizers/learning_rate_schedules/",
  .self_size = sizeof (ExponentialDecay),
  .params = params,
  .n_params = sizeof params / sizeof params[0],
  .param_stride = sizeof params[0],
  .ops = &ops,
  .example = "initial_learning_rate=0.1 decay_steps=20 decay_rate=0.5",
};
