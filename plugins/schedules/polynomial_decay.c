/* polynomial_decay - along a power of what is left
 *
 *   f (s) = (initial - end) (1 - p)ᵏ + end    p = s / decay_steps, at most 1
 *
 *   cycle: decay_steps grows to its next multiple each time it is over, so that
 *   f rises again, less high
 */
#include <dnn/plugin.h>
#include <math.h>
#include <stdbool.h>

typedef struct {
  double initial_learning_rate;
  int64_t decay_steps;
  double end_learning_rate;
  double power; /* k */
  bool cycle;
} PolynomialDecay;

static const DnnParam params[] = {
  DNN_FLOAT_START (PolynomialDecay, initial_learning_rate, "initial",
                   "the value at the first step"),
  DNN_INT (PolynomialDecay, decay_steps, "0", 0, 1e15, "steps",
           "steps to the end; 0: the whole phase"),

  DNN_FLOAT_ALIAS (PolynomialDecay, end_learning_rate, "end", "0.0001", -1e30,
                   1e30, "value", "the value at the end"),
  DNN_FLOAT (PolynomialDecay, power, "1", 0, 1e6, "power",
             "1: a straight line; above: fast first"),
  DNN_BOOL (PolynomialDecay, cycle, "false", "begins again, less high"),
};

static double
value (const void *self, uint64_t step, uint64_t n_steps)
{
  const PolynomialDecay *decay = self;
  const double end = decay->end_learning_rate;
  double p = dnn_schedule_share (step, decay->decay_steps, n_steps);

  if (p > 1)
    p = decay->cycle ? p / ceil (p) : 1;
  return (decay->initial_learning_rate - end) * pow (1 - p, decay->power) + end;
}

static const DnnScheduleOps ops = {
  DNN_SCHEDULE_OPS,
  .value = value,
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_SCHEDULE,
  .name = "polynomial_decay",
  .title = "PolynomialDecay",
  .version = "1.0",
  .summary = "goes to its end along a power of what is left",
  .reference = "https://keras.io/api/optimizers/learning_rate_schedules/",
  .self_size = sizeof (PolynomialDecay),
  .params = params,
  .n_params = sizeof params / sizeof params[0],
  .param_stride = sizeof params[0],
  .ops = &ops,
  .example = "initial_learning_rate=0.1 decay_steps=20",
};
