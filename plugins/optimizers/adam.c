/* adam - the mean of the gradient over the root of its mean square
 *
 *   m ← m + (1 - β₁) (g - m)    v ← v + (1 - β₂) (g² - v)
 *   w ← w - α m / (√v + ε)      α = η √(1 - β₂ᵗ) / (1 - β₁ᵗ)
 *
 *   amsgrad:  v̂ ← max (v̂, v), and √v̂ for √v
 *
 * ε is added after α has taken the bias out, as in Keras and at the end of the
 * paper's section 2.
 * Kingma, Ba: Adam: a method for stochastic optimization, ICLR 2015; Reddi,
 * Kale, Kumar: On the convergence of Adam and beyond, ICLR 2018 (amsgrad).
 */
#include <dnn/plugin.h>
#include <math.h>
#include <stdbool.h>

typedef struct {
  double learning_rate; /* η */
  double beta_1;        /* β₁ */
  double beta_2;        /* β₂ */
  double epsilon;       /* ε */
  bool amsgrad;
} Adam;

enum { M, V, V_HAT, N_SLOTS };

static const DnnParam params[] = {
  DNN_FLOAT_SCHEDULABLE (Adam, learning_rate, "lr", "0.001", 0, 1e6, "1/step",
                         "step size"),
  DNN_FLOAT_SCHEDULABLE (Adam, beta_1, NULL, "0.9", 0, 0.999999, "share",
                         "share of the mean kept from step to step"),
  DNN_FLOAT_SCHEDULABLE (Adam, beta_2, NULL, "0.999", 0, 0.999999999, "share",
                         "share of the mean square kept from step to step"),
  DNN_FLOAT (Adam, epsilon, "1e-7", 0, 1e30, "gradient",
             "keeps the quotient finite"),
  DNN_BOOL (Adam, amsgrad, "false", "never forget a large mean square"),
};

static int32_t
slots (const void *self, const DnnHost *host, DnnSlots *s)
{
  host->add_slot (s, M, "gradient_mean", dnn_shape_of (s->weight), 0);
  host->add_slot (s, V, "gradient_mean_square", dnn_shape_of (s->weight), 0);
  if (((const Adam *) self)->amsgrad)
    host->add_slot (s, V_HAT, "gradient_mean_square_max",
                    dnn_shape_of (s->weight), 0);
  return 0;
}

static void
step (const void *self, const DnnHost *host, DnnStep *s)
{
  const Adam *adam = self;
  const double t = (double) s->t;
  const float alpha =
      (float) (adam->learning_rate * sqrt (1 - pow (adam->beta_2, t)) /
               (1 - pow (adam->beta_1, t)));
  const float new_1 = (float) (1 - adam->beta_1);
  const float new_2 = (float) (1 - adam->beta_2);
  const float epsilon = (float) adam->epsilon, *g = s->g;
  float *w = s->w, *m = s->slots[M], *v = s->slots[V], *v_hat = s->slots[V_HAT];

  (void) host;
  for (int64_t i = 0; i < s->n; i++) {
    m[i] += (g[i] - m[i]) * new_1;
    v[i] += (g[i] * g[i] - v[i]) * new_2;
  }
  for (int64_t i = 0; v_hat != NULL && i < s->n; i++)
    v_hat[i] = v_hat[i] > v[i] ? v_hat[i] : v[i];
  if (v_hat != NULL)
    v = v_hat;
  for (int64_t i = 0; i < s->n; i++)
    w[i] -= m[i] * alpha / (sqrtf (v[i]) + epsilon);
}

static const DnnOptimizerOps ops = {
  DNN_OPTIMIZER_OPS (N_SLOTS),
  .slots = slots,
  .step = step,
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_OPTIMIZER,
  .name = "adam",
  .title = "Adam",
  .version = "1.0",
  .summary =
      "steps by the mean of the gradient over the root of its mean square",
  .reference =
      "Kingma, Ba: Adam: a method for stochastic optimization, ICLR 2015",
  .flags = DNN_FLAG_ELEMENTWISE,
  .self_size = sizeof (Adam),
  .params = params,
  .n_params = sizeof params / sizeof params[0],
  .param_stride = sizeof params[0],
  .ops = &ops,
};
