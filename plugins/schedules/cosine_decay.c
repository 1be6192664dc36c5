/* cosine_decay - half a wave of the cosine: slow, fast, slow
 *
 *   f (s) = initial ((1 - α) (1 + cos πp) / 2 + α)    p = s / decay_steps
 *
 * p is at most 1.  Keras' warmup_target and warmup_steps are the host's keys.
 * Loshchilov, Hutter: SGDR: stochastic gradient descent with warm restarts,
 * ICLR 2017, eq. 5, without restarts.
 */
#include <dnn/plugin.h>
#include <math.h>

static const double PI = 3.14159265358979323846;

typedef struct {
  double initial_learning_rate;
  int64_t decay_steps;
  double alpha; /* α */
} CosineDecay;

static const DnnParam params[] = {
  DNN_FLOAT_START (CosineDecay, initial_learning_rate, "initial",
                   "the value at the first step"),
  DNN_INT (CosineDecay, decay_steps, "0", 0, 1e15, "steps",
           "steps to the end; 0: the whole phase"),

  DNN_FLOAT (CosineDecay, alpha, "0", -1e30, 1e30, "share",
             "the end, as a share of the beginning"),
};

static double
value (const void *self, uint64_t step, uint64_t n_steps)
{
  const CosineDecay *decay = self;
  const double p =
      fmin (dnn_schedule_share (step, decay->decay_steps, n_steps), 1);
  const double wave = (1 + cos (PI * p)) / 2;

  return decay->initial_learning_rate *
         ((1 - decay->alpha) * wave + decay->alpha);
}

static const DnnScheduleOps ops = {
  DNN_SCHEDULE_OPS,
  .value = value,
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_SCHEDULE,
  .name = "cosine_decay",
  .title = "CosineDecay",
  .version = "1.0",
  .summary = "half a wave of the cosine: slow, fast, slow",
  .reference = "Loshchilov, Hutter: SGDR: stochastic gradient descent with "
               "warm restarts, ICLR 2017",
  .self_size = sizeof (CosineDecay),
  .params = params,
  .n_params = sizeof params / sizeof params[0],
  .param_stride = sizeof params[0],
  .ops = &ops,
  .example = "initial_learning_rate=0.1 decay_steps=20",
};
