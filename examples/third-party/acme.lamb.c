/* acme.lamb - Adam's direction, as long as the weight itself says
 *
 *   m ← β₁ m + (1 - β₁) g         m̂ = m / (1 - β₁ᵗ)
 *   v ← β₂ v + (1 - β₂) g²        v̂ = v / (1 - β₂ᵗ)
 *   r = m̂ / (√v̂ + ε)
 *   w ← w - η r ‖w‖ / ‖r‖         the ratio is 1 where either norm is 0
 *
 * A norm is of the whole weight, so step gets the whole: no
 * DNN_FLAG_ELEMENTWISE.  The paper's weight decay inside r is left to the
 * host's, as in Keras.
 * You, Li, Reddi, et al.: Large batch optimization for deep learning: training
 * BERT in 76 minutes, ICLR 2020, algorithm 2.
 */
#include <dnn/plugin.h>
#include <math.h>

typedef struct {
  double learning_rate; /* η */
  double beta_1;        /* β₁ */
  double beta_2;        /* β₂ */
  double epsilon;       /* ε */
} Lamb;

enum { M, V, N_SLOTS };

static const DnnParam params[] = {
  DNN_FLOAT_SCHEDULABLE (Lamb, learning_rate, "lr", "0.001", 0, 1e6, "1/step",
                         "share of a weight's length that a step goes"),
  DNN_FLOAT_SCHEDULABLE (Lamb, beta_1, NULL, "0.9", 0, 0.999999, "1/step",
                         "share of the mean that is kept"),
  DNN_FLOAT_SCHEDULABLE (Lamb, beta_2, NULL, "0.999", 0, 0.999999999, "1/step",
                         "share of the mean square that is kept"),
  DNN_FLOAT (Lamb, epsilon, "1e-6", 1e-30, 1, "gradient",
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

/* r, from m̂ and v̂ */
static double
direction (double m, double v, double epsilon)
{
  return m / (sqrt (v) + epsilon);
}

static void
step (const void *self, const DnnHost *host, DnnStep *s)
{
  const Lamb *lamb = self;
  const float beta_1 = (float) lamb->beta_1, beta_2 = (float) lamb->beta_2;
  const double unbias_m = 1 / (1 - pow (lamb->beta_1, (double) s->t));
  const double unbias_v = 1 / (1 - pow (lamb->beta_2, (double) s->t));
  const float *g = s->g;
  float *w = s->w, *m = s->slots[M], *v = s->slots[V];
  double weight = 0, update = 0, rate = lamb->learning_rate; /* ‖w‖², ‖r‖² */

  (void) host;
  for (int64_t i = 0; i < s->n; i++) {
    double r;

    m[i] = beta_1 * m[i] + (1 - beta_1) * g[i];
    v[i] = beta_2 * v[i] + (1 - beta_2) * g[i] * g[i];
    r = direction (m[i] * unbias_m, v[i] * unbias_v, lamb->epsilon);
    update += r * r;
    weight += (double) w[i] * w[i];
  }
  if (weight > 0 && update > 0)
    rate *= sqrt (weight / update);
  for (int64_t i = 0; i < s->n; i++)
    w[i] -= (float) (rate * direction (m[i] * unbias_m, v[i] * unbias_v,
                                       lamb->epsilon));
}

static const DnnOptimizerOps ops = {
  DNN_OPTIMIZER_OPS (N_SLOTS),
  .slots = slots,
  .step = step,
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_OPTIMIZER,
  .name = "acme.lamb",
  .title = "LAMB",
  .version = "1.0",
  .summary = "Adam's direction, in steps that go with a weight's length",
  .reference = "You, Li, Reddi, et al.: Large batch optimization for deep "
               "learning: training BERT in 76 minutes, ICLR 2020, algorithm 2",
  .self_size = sizeof (Lamb),
  .params = params,
  .n_params = sizeof params / sizeof params[0],
  .param_stride = sizeof params[0],
  .ops = &ops,
};
