/* rmsprop - the gradient over the root of its mean square
 *
 *   v ← ρ v + (1 - ρ) g²        d = η g / √(v + ε)
 *   w ← w - d
 *
 *   centered:  a ← ρ a + (1 - ρ) g, and v - a² for v: the variance
 *   momentum:  m ← μ m + d      w ← w - m
 *
 * ε is inside the root, as in Keras.
 * Tieleman, Hinton: Lecture 6.5, rmsprop, Coursera: Neural networks for machine
 * learning, 2012.
 */
#include <dnn/plugin.h>
#include <math.h>
#include <stdbool.h>

typedef struct {
  double learning_rate; /* η */
  double rho;           /* ρ */
  double momentum;      /* μ */
  double epsilon;       /* ε */
  bool centered;
} RmsProp;

enum { V, M, A, N_SLOTS };

static const DnnParam params[] = {
  DNN_FLOAT_SCHEDULABLE (RmsProp, learning_rate, "lr", "0.001", 0, 1e6,
                         "1/step", "step size"),
  DNN_FLOAT_SCHEDULABLE (RmsProp, rho, NULL, "0.9", 0, 1, "share",
                         "share of the mean square kept from step to step"),
  DNN_FLOAT_SCHEDULABLE (RmsProp, momentum, NULL, "0", 0, 1, "share",
                         "share of the velocity kept from step to step"),
  DNN_FLOAT (RmsProp, epsilon, "1e-7", 0, 1e30, "gradient",
             "keeps the quotient finite"),
  DNN_BOOL (RmsProp, centered, "false", "divide by the standard deviation"),
};

static int32_t
slots (const void *self, const DnnHost *host, DnnSlots *s)
{
  const RmsProp *rmsprop = self;

  host->add_slot (s, V, "gradient_mean_square", dnn_shape_of (s->weight), 0);
  if (rmsprop->momentum > 0)
    host->add_slot (s, M, "increment", dnn_shape_of (s->weight), 0);
  if (rmsprop->centered)
    host->add_slot (s, A, "gradient_mean", dnn_shape_of (s->weight), 0);
  return 0;
}

static void
step (const void *self, const DnnHost *host, DnnStep *s)
{
  const RmsProp *rmsprop = self;
  const float eta = (float) rmsprop->learning_rate, rho = (float) rmsprop->rho;
  const float fresh = (float) (1 - rmsprop->rho);
  const float mu = (float) rmsprop->momentum;
  const float epsilon = (float) rmsprop->epsilon, *g = s->g;
  float *w = s->w, *v = s->slots[V], *m = s->slots[M], *a = s->slots[A];

  (void) host;
  for (int64_t i = 0; i < s->n; i++) {
    float variance, d;

    v[i] = rho * v[i] + fresh * (g[i] * g[i]);
    variance = v[i];
    if (a != NULL) {
      a[i] = rho * a[i] + fresh * g[i];
      variance = fmaxf (v[i] - a[i] * a[i], 0); /* rounding may go below */
    }
    d = eta * g[i] / sqrtf (variance + epsilon);
    if (m != NULL)
      d = m[i] = mu * m[i] + d;
    w[i] -= d;
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
  .name = "rmsprop",
  .title = "RMSprop",
  .version = "1.0",
  .summary = "steps by the gradient over the root of its mean square",
  .reference = "Tieleman, Hinton: Lecture 6.5, rmsprop, 2012",
  .flags = DNN_FLAG_ELEMENTWISE,
  .self_size = sizeof (RmsProp),
  .params = params,
  .n_params = sizeof params / sizeof params[0],
  .param_stride = sizeof params[0],
  .ops = &ops,
};
