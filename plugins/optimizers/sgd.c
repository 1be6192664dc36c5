/* sgd - gradient descent with momentum
 *
 *   without momentum:  w ← w - η g
 *   momentum:          v ← μ v - η g      w ← w + v
 *   nesterov:          v ← μ v - η g      w ← w + μ v - η g
 *
 * η is inside v, as in Keras: a change of rate acts on what comes, not on the
 * velocity already there.
 * Sutskever, Martens, Dahl, Hinton: On the importance of initialization and
 * momentum in deep learning, ICML 2013, eq. 1-4.
 */
#include <dnn/plugin.h>
#include <stdbool.h>

typedef struct {
  double learning_rate; /* η */
  double momentum;      /* μ */
  bool nesterov;
} Sgd;

enum { V, N_SLOTS };

static const DnnParam params[] = {
  DNN_FLOAT_SCHEDULABLE (Sgd, learning_rate, "lr", "0.01", 0, 1e6, "1/step",
                         "step size"),
  DNN_FLOAT_SCHEDULABLE (Sgd, momentum, NULL, "0", 0, 1, "share",
                         "share of the velocity kept from step to step"),
  DNN_BOOL (Sgd, nesterov, "false", "look ahead along the velocity"),
};

static int32_t
slots (const void *self, const DnnHost *host, DnnSlots *s)
{
  const Sgd *sgd = self;

  if (sgd->momentum > 0)
    host->add_slot (s, V, "velocity", dnn_shape_of (s->weight), 0);
  return 0;
}

static void
step (const void *self, const DnnHost *host, DnnStep *s)
{
  const Sgd *sgd = self;
  const float eta = (float) sgd->learning_rate, mu = (float) sgd->momentum;
  const float *g = s->g;
  float *w = s->w, *v = s->slots[V];

  (void) host;
  if (v == NULL) {
    for (int64_t i = 0; i < s->n; i++)
      w[i] -= eta * g[i];
    return;
  }
  for (int64_t i = 0; i < s->n; i++) {
    v[i] = mu * v[i] - eta * g[i];
    w[i] += sgd->nesterov ? mu * v[i] - eta * g[i] : v[i];
  }
}

static double
factor (const void *self)
{
  const Sgd *sgd = self;

  return sgd->momentum > 0 ? 0 : -sgd->learning_rate;
}

static const DnnOptimizerOps ops = {
  DNN_OPTIMIZER_OPS (N_SLOTS),
  .slots = slots,
  .step = step,
  .factor = factor,
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_OPTIMIZER,
  .name = "sgd",
  .title = "SGD",
  .version = "1.0",
  .summary = "gradient descent, with momentum and Nesterov's look-ahead",
  .reference = "Sutskever, Martens, Dahl, Hinton: On the importance of "
               "initialization and momentum in deep learning, ICML 2013",
  .flags = DNN_FLAG_ELEMENTWISE,
  .self_size = sizeof (Sgd),
  .params = params,
  .n_params = sizeof params / sizeof params[0],
  .param_stride = sizeof params[0],
  .ops = &ops,
};
