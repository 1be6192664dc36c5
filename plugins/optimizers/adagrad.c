/* adagrad - the gradient over the root of the sum of all its squares
 *
 *   A ← A + g²    w ← w - η g / √(A + ε)
 *
 * ε is inside the root and A starts at .1, as in Keras.
 * Duchi, Hazan, Singer: Adaptive subgradient methods for online learning and
 * stochastic optimization, JMLR 12, 2011, eq. 1 with diagonal G.
 */
#include <dnn/plugin.h>
#include <math.h>

typedef struct {
  double learning_rate; /* η */
  double initial_accumulator_value;
  double epsilon; /* ε */
} Adagrad;

enum { A, N_SLOTS };

static const DnnParam params[] = {
  DNN_FLOAT_SCHEDULABLE (Adagrad, learning_rate, "lr", "0.001", 0, 1e6,
                         "1/step", "step size"),
  DNN_FLOAT (Adagrad, initial_accumulator_value, "0.1", 0, 1e30, "gradient^2",
             "what the sum of squares starts at"),
  DNN_FLOAT (Adagrad, epsilon, "1e-7", 0, 1e30, "gradient",
             "keeps the quotient finite"),
};

static int32_t
slots (const void *self, const DnnHost *host, DnnSlots *s)
{
  host->add_slot (s, A, "gradient_square_sum", dnn_shape_of (s->weight),
                  ((const Adagrad *) self)->initial_accumulator_value);
  return 0;
}

static void
step (const void *self, const DnnHost *host, DnnStep *s)
{
  const Adagrad *adagrad = self;
  const float eta = (float) adagrad->learning_rate;
  const float epsilon = (float) adagrad->epsilon, *g = s->g;
  float *w = s->w, *a = s->slots[A];

  (void) host;
  for (int64_t i = 0; i < s->n; i++) {
    a[i] += g[i] * g[i];
    w[i] -= eta * g[i] / sqrtf (a[i] + epsilon);
  }
}

static const DnnOptimizerOps ops = {
  DNN_OPTIMIZER_OPS (N_SLOTS),
  .slots = slots,
  .step = step,
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_OPTIMIZER,
  .name = "adagrad",
  .title = "Adagrad",
  .version = "1.0",
  .summary =
      "steps by the gradient over the root of the sum of all its squares",
  .reference =
      "Duchi, Hazan, Singer: Adaptive subgradient methods, JMLR 12, 2011",
  .flags = DNN_FLAG_ELEMENTWISE,
  .self_size = sizeof (Adagrad),
  .params = params,
  .n_params = sizeof params / sizeof params[0],
  .param_stride = sizeof params[0],
  .ops = &ops,
};
