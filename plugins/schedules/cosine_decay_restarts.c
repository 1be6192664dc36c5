/* cosine_decay_restarts - cosine decay that begins again, longer and lower
 *
 *   f (s) = initial ((1 - α) mⁱ (1 + cos πp) / 2 + α)
 *
 * i counts restarts, p is the share of the wave i that is over; a wave is t
 * times as long as the one before.
 * Loshchilov, Hutter: SGDR: stochastic gradient descent with warm restarts,
 * ICLR 2017, eq. 5.
 */
#include <dnn/plugin.h>
#include <math.h>

static const double PI = 3.14159265358979323846;

typedef struct {
  double initial_learning_rate;
  int64_t first_decay_steps;
  double t_mul; /* t */
  double m_mul; /* m */
  double alpha; /* α */
} CosineDecayRestarts;

static const DnnParam params[] = {
  DNN_FLOAT_START (CosineDecayRestarts, initial_learning_rate, "initial",
                   "the value at the first step"),

  DNN_INT (CosineDecayRestarts, first_decay_steps, "0", 0, 1e15, "steps",
           "steps of the first wave; 0: the whole phase"),
  DNN_FLOAT (CosineDecayRestarts, t_mul, "2", 1, 1e6, "factor",
             "how much longer each wave is"),
  DNN_FLOAT (CosineDecayRestarts, m_mul, "1", 0, 1e6, "factor",
             "how much higher each wave is"),
  DNN_FLOAT (CosineDecayRestarts, alpha, "0", -1e30, 1e30, "share",
             "the end of a wave, as a share of the beginning"),
};

static double
value (const void *self, uint64_t step, uint64_t n_steps)
{
  const CosineDecayRestarts *decay = self;
  double p = dnn_schedule_share (step, decay->first_decay_steps, n_steps);
  double length = 1, restarts = 0, wave;

  /* In the first wave's length; a logarithm would round at the very step of a
   * restart. */
  if (decay->t_mul == 1) {
    restarts = floor (p);
    p -= restarts;
  }
  for (; p >= length; restarts++) {
    p -= length;
    length *= decay->t_mul;
  }
  wave = pow (decay->m_mul, restarts) * (1 + cos (PI * p / length)) / 2;
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
  .name = "cosine_decay_restarts",
  .title = "CosineDecayRestarts",
  .version = "1.0",
  .summary = "cosine decay that begins again, in longer and lower waves",
  .reference = "Loshchilov, Hutter: SGDR: stochastic gradient descent with "
               "warm restarts, ICLR 2017",
  .self_size = sizeof (CosineDecayRestarts),
  .params = params,
  .n_params = sizeof params / sizeof params[0],
  .param_stride = sizeof params[0],
  .ops = &ops,
  .example = "initial_learning_rate=0.1 first_decay_steps=20",
};
