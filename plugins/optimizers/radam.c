/* radam - adam, rectified: a warm-up that follows from the formulas
 *
 *   m ← m + (1 - β₁) (g - m)    v ← v + (1 - β₂) (g² - v)    m̂ = m / (1 - β₁ᵗ)
 *   ρ∞ = 2 / (1 - β₂) - 1       ρ = ρ∞ - 2 t β₂ᵗ / (1 - β₂ᵗ)
 *   ρ > 5:  w ← w - η r m̂ √(1 - β₂ᵗ) / (√v + ε)
 *           r² = (ρ - 4) (ρ - 2) ρ∞ / ((ρ∞ - 4) (ρ∞ - 2) ρ)
 *   else:   w ← w - η m̂
 *
 * Liu and others: On the variance of the adaptive learning rate and beyond,
 * ICLR 2020, algorithm 2; from ρ > 5 on, and ε outside the root, as in PyTorch.
 */
#include <dnn/plugin.h>
#include <math.h>

typedef struct {
  double learning_rate; /* η */
  double beta_1;        /* β₁ */
  double beta_2;        /* β₂ */
  double epsilon;       /* ε */
} Radam;

enum { M, V, N_SLOTS };

static const DnnParam params[] = {
  DNN_FLOAT_SCHEDULABLE (Radam, learning_rate, "lr", "0.001", 0, 1e6, "1/step",
                         "step size"),
  DNN_FLOAT_SCHEDULABLE (Radam, beta_1, NULL, "0.9", 0, 0.999999, "share",
                         "share of the mean kept from step to step"),
  DNN_FLOAT_SCHEDULABLE (Radam, beta_2, NULL, "0.999", 0, 0.999999999, "share",
                         "share of the mean square kept from step to step"),
  DNN_FLOAT (Radam, epsilon, "1e-7", 0, 1e30, "gradient",
             "keeps the quotient finite"),
};

static int32_t
slots (const void *self, const DnnHost *host, DnnSlots *s)
{
  (void) self;
  host->add_slot (s, M, "gradient_mean", dnn_shape_of (s->weight), 0);
  host->add_slot (s, V, "gradient_mean_square", dnn_shape_of (s->weight), 0);
  return 0;
}

/* r √(1 - β₂ᵗ); 0: the mean square says too little yet */
static double
rectify (double beta_2, double t)
{
  const double left = pow (beta_2, t), all = 2 / (1 - beta_2) - 1;
  const double rho = all - 2 * t * left / (1 - left);

  if (rho <= 5)
    return 0;
  return sqrt ((rho - 4) * (rho - 2) * all / ((all - 4) * (all - 2) * rho) *
               (1 - left));
}

static void
step (const void *self, const DnnHost *host, DnnStep *s)
{
  const Radam *radam = self;
  const double t = (double) s->t, r = rectify (radam->beta_2, t);
  const float eta =
      (float) (radam->learning_rate / (1 - pow (radam->beta_1, t)));
  const float new_1 = (float) (1 - radam->beta_1);
  const float new_2 = (float) (1 - radam->beta_2), alpha = (float) (eta * r);
  const float epsilon = (float) radam->epsilon, *g = s->g;
  float *w = s->w, *m = s->slots[M], *v = s->slots[V];

  (void) host;
  for (int64_t i = 0; i < s->n; i++) {
    m[i] += (g[i] - m[i]) * new_1;
    v[i] += (g[i] * g[i] - v[i]) * new_2;
  }
  for (int64_t i = 0; r == 0 && i < s->n; i++)
    w[i] -= eta * m[i];
  for (int64_t i = 0; r > 0 && i < s->n; i++)
    w[i] -= alpha * m[i] / (sqrtf (v[i]) + epsilon);
}

static const DnnOptimizerOps ops = {
  DNN_OPTIMIZER_OPS (N_SLOTS),
  .slots = slots,
  .step = step,
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_OPTIMIZER,
  .name = "radam",
  .title = "RAdam",
  .version = "1.0",
  .summary =
      "adam that divides by the mean square only once it is worth something",
  .reference = "Liu and others: On the variance of the adaptive learning rate "
               "and beyond, ICLR 2020",
  .flags = DNN_FLAG_ELEMENTWISE,
  .self_size = sizeof (Radam),
  .params = params,
  .n_params = sizeof params / sizeof params[0],
  .param_stride = sizeof params[0],
  .ops = &ops,
};
