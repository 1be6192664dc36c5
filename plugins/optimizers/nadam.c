/* nadam - adam with the look-ahead of Nesterov
 *
 *   m ← m + (1 - β₁) (g - m)    v ← v + (1 - β₂) (g² - v)
 *   m̂ = u' m / (1 - U u') + (1 - u) g / (1 - U)
 *   w ← w - η m̂ / (√(v / (1 - β₂ᵗ)) + ε)
 *
 *   u = β₁ (1 - .96ᵗ / 2)    u' = β₁ (1 - .96ᵗ⁺¹ / 2)    U = the product of all
 * u
 *
 * Dozat: Incorporating Nesterov momentum into Adam, ICLR workshop 2016, with
 * the momentum schedule of its section 3.
 */
#include <dnn/plugin.h>
#include <math.h>

typedef struct {
  double learning_rate; /* η */
  double beta_1;        /* β₁ */
  double beta_2;        /* β₂ */
  double epsilon;       /* ε */
} Nadam;

enum { M, V, U, N_SLOTS };

static const DnnParam params[] = {
  DNN_FLOAT_SCHEDULABLE (Nadam, learning_rate, "lr", "0.001", 0, 1e6, "1/step",
                         "step size"),
  DNN_FLOAT_SCHEDULABLE (Nadam, beta_1, NULL, "0.9", 0, 0.999999, "share",
                         "share of the mean kept from step to step"),
  DNN_FLOAT_SCHEDULABLE (Nadam, beta_2, NULL, "0.999", 0, 0.999999999, "share",
                         "share of the mean square kept from step to step"),
  DNN_FLOAT (Nadam, epsilon, "1e-7", 0, 1e30, "gradient",
             "keeps the quotient finite"),
};

static int32_t
slots (const void *self, const DnnHost *host, DnnSlots *s)
{
  (void) self;
  host->add_slot (s, M, "gradient_mean", dnn_shape_of (s->weight), 0);
  host->add_slot (s, V, "gradient_mean_square", dnn_shape_of (s->weight), 0);
  host->add_slot (s, U, "momentum_product", DNN_SCALAR, 1);
  return 0;
}

/* u of update t */
static double
momentum_at (const Nadam *nadam, uint64_t t)
{
  return nadam->beta_1 * (1 - 0.5 * pow (0.96, (double) t));
}

static void
begin (const void *self, const DnnHost *host, DnnStep *s)
{
  (void) host;
  s->slots[U][0] *= (float) momentum_at (self, s->t); /* U ← U u */
}

static void
step (const void *self, const DnnHost *host, DnnStep *s)
{
  const Nadam *nadam = self;
  const double u = momentum_at (self, s->t),
               next = momentum_at (self, s->t + 1);
  const double product = s->slots[U][0];
  const float of_m = (float) (next / (1 - product * next));
  const float of_g = (float) ((1 - u) / (1 - product));
  const float of_v = (float) (1 - pow (nadam->beta_2, (double) s->t));
  const float new_1 = (float) (1 - nadam->beta_1);
  const float new_2 = (float) (1 - nadam->beta_2);
  const float eta = (float) nadam->learning_rate;
  const float epsilon = (float) nadam->epsilon, *g = s->g;
  float *w = s->w, *m = s->slots[M], *v = s->slots[V];

  (void) host;
  for (int64_t i = 0; i < s->n; i++) {
    m[i] += (g[i] - m[i]) * new_1;
    v[i] += (g[i] * g[i] - v[i]) * new_2;
    w[i] -= (of_m * m[i] + of_g * g[i]) * eta / (sqrtf (v[i] / of_v) + epsilon);
  }
}

static const DnnOptimizerOps ops = {
  DNN_OPTIMIZER_OPS (N_SLOTS),
  .slots = slots,
  .begin = begin,
  .step = step,
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_OPTIMIZER,
  .name = "nadam",
  .title = "Nadam",
  .version = "1.0",
  .summary = "adam with the look-ahead of Nesterov",
  .reference =
      "Dozat: Incorporating Nesterov momentum into Adam, ICLR workshop 2016",
  .flags = DNN_FLAG_ELEMENTWISE,
  .self_size = sizeof (Nadam),
  .params = params,
  .n_params = sizeof params / sizeof params[0],
  .param_stride = sizeof params[0],
  .ops = &ops,
};
