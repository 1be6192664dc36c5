/* adadelta - steps as large as past steps, in units of past gradients
 *
 *   v ← ρ v + (1 - ρ) g²        d = g √(u + ε) / √(v + ε)
 *   u ← ρ u + (1 - ρ) d²        w ← w - η d
 *
 * The paper has η = 1; Keras starts from .001.
 * Zeiler: ADADELTA: an adaptive learning rate method, 2012, algorithm 1.
 */
#include <dnn/plugin.h>
#include <math.h>

typedef struct {
  double learning_rate; /* η */
  double rho;           /* ρ */
  double epsilon;       /* ε */
} Adadelta;

enum { V, U, N_SLOTS };

static const DnnParam params[] = {
  DNN_FLOAT_SCHEDULABLE (Adadelta, learning_rate, "lr", "0.001", 0, 1e6,
                         "1/step", "step size"),
  DNN_FLOAT_SCHEDULABLE (Adadelta, rho, NULL, "0.95", 0, 1, "share",
                         "share of the mean squares kept from step to step"),
  DNN_FLOAT (Adadelta, epsilon, "1e-7", 0, 1e30, "gradient^2",
             "keeps the quotient finite, and the first step from 0"),
};

static int32_t
slots (const void *self, const DnnHost *host, DnnSlots *s)
{
  (void) self;
  host->add_slot (s, V, "gradient_mean_square", dnn_shape_of (s->weight), 0);
  host->add_slot (s, U, "update_mean_square", dnn_shape_of (s->weight), 0);
  return 0;
}

static void
step (const void *self, const DnnHost *host, DnnStep *s)
{
  const Adadelta *adadelta = self;
  const float eta = (float) adadelta->learning_rate;
  const float rho = (float) adadelta->rho, fresh = (float) (1 - adadelta->rho);
  const float epsilon = (float) adadelta->epsilon, *g = s->g;
  float *w = s->w, *v = s->slots[V], *u = s->slots[U];

  (void) host;
  for (int64_t i = 0; i < s->n; i++) {
    float d;

    v[i] = rho * v[i] + fresh * (g[i] * g[i]);
    d = sqrtf (u[i] + epsilon) * g[i] / sqrtf (v[i] + epsilon);
    u[i] = rho * u[i] + fresh * (d * d);
    w[i] -= eta * d;
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
  .name = "adadelta",
  .title = "Adadelta",
  .version = "1.0",
  .summary = "steps by the gradient times the root mean square of past steps "
             "over its own",
  .reference = "Zeiler: ADADELTA: an adaptive learning rate method, arXiv "
               "1212.5701, 2012",
  .flags = DNN_FLAG_ELEMENTWISE,
  .self_size = sizeof (Adadelta),
  .params = params,
  .n_params = sizeof params / sizeof params[0],
  .param_stride = sizeof params[0],
  .ops = &ops,
};
