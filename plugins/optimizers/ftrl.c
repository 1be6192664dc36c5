/* ftrl - follow the regularized leader
 *
 *   n' = n + g²    σ = (n'⁻ᵖ - n⁻ᵖ) / η
 *   z ← z + g + 2 s w - σ w    n ← n'
 *   w = (clip (z, -l1, l1) - z) / (n⁻ᵖ / η + 2 l2 + β / η)
 *
 * w is made anew from z, the coefficient of w in what all gradients so far come
 * to: what a weight began with is forgotten at the first step, and l1 leaves
 * exact zeros.  p, the power, is -½ in the paper.
 * McMahan and others: Ad click prediction: a view from the trenches, KDD 2013,
 * algorithm 1; s, the shrinkage, and n's start at .1 as in Keras.
 */
#include <dnn/plugin.h>
#include <math.h>

typedef struct {
  double learning_rate;       /* η */
  double learning_rate_power; /* p */
  double initial_accumulator_value;
  double l1_regularization_strength;           /* l1 */
  double l2_regularization_strength;           /* l2 */
  double l2_shrinkage_regularization_strength; /* s */
  double beta;                                 /* β */
} Ftrl;

enum { N, Z, N_SLOTS };

static const DnnParam params[] = {
  DNN_FLOAT_SCHEDULABLE (Ftrl, learning_rate, "lr", "0.001", 0, 1e6, "1/step",
                         "step size"),
  DNN_FLOAT (Ftrl, learning_rate_power, "-0.5", -10, 0, "power",
             "how the rate falls with the sum of squares; 0: it does not"),
  DNN_FLOAT (Ftrl, initial_accumulator_value, "0.1", 0, 1e30, "gradient^2",
             "what the sum of squares starts at"),
  DNN_FLOAT (Ftrl, l1_regularization_strength, "0", 0, 1e30, "gradient",
             "of the sizes of the weights"),
  DNN_FLOAT (Ftrl, l2_regularization_strength, "0", 0, 1e30, "gradient",
             "of the squares of the weights"),
  DNN_FLOAT (Ftrl, l2_shrinkage_regularization_strength, "0", 0, 1e30,
             "gradient", "the same, added to the gradient"),
  DNN_FLOAT (Ftrl, beta, "0", 0, 1e30, "gradient", "slows the first steps"),
};

static int32_t
slots (const void *self, const DnnHost *host, DnnSlots *s)
{
  host->add_slot (s, N, "gradient_square_sum", dnn_shape_of (s->weight),
                  ((const Ftrl *) self)->initial_accumulator_value);
  host->add_slot (s, Z, "linear_coefficient", dnn_shape_of (s->weight), 0);
  return 0;
}

/* x⁻ᵖ, mostly the root */
static float
raise (float x, float power)
{
  return power == 0.5f ? sqrtf (x) : powf (x, power);
}

static void
step (const void *self, const DnnHost *host, DnnStep *s)
{
  const Ftrl *ftrl = self;
  const float eta = (float) ftrl->learning_rate, *g = s->g;
  const float power = (float) -ftrl->learning_rate_power;
  const float l1 = (float) ftrl->l1_regularization_strength;
  const float l2 = (float) (2 * ftrl->l2_regularization_strength +
                            ftrl->beta / ftrl->learning_rate);
  const float shrinkage =
      (float) (2 * ftrl->l2_shrinkage_regularization_strength);
  float *w = s->w, *n = s->slots[N], *z = s->slots[Z];

  (void) host;
  if (eta == 0)
    return; /* the leader then stays where it is */
  for (int64_t i = 0; i < s->n; i++) {
    const float before = raise (n[i], power);
    float after, clipped;

    n[i] += g[i] * g[i];
    after = raise (n[i], power);
    z[i] += g[i] + shrinkage * w[i] - (after - before) / eta * w[i];
    clipped = z[i] > l1 ? l1 : z[i] < -l1 ? -l1 : z[i];
    w[i] = (clipped - z[i]) / (after / eta + l2);
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
  .name = "ftrl",
  .title = "Ftrl",
  .version = "1.0",
  .summary = "follows the leader of all gradients so far, regularized: exact "
             "zeros by l1",
  .reference = "McMahan and others: Ad click prediction: a view from the "
               "trenches, KDD 2013",
  .flags = DNN_FLAG_ELEMENTWISE,
  .self_size = sizeof (Ftrl),
  .params = params,
  .n_params = sizeof params / sizeof params[0],
  .param_stride = sizeof params[0],
  .ops = &ops,
};
