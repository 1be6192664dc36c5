/* adamax - the mean of the gradient over its largest size
 *
 *   m ← m + (1 - β₁) (g - m)    u ← max (β₂ u, |g|)
 *   w ← w - η m / ((1 - β₁ᵗ) (u + ε))
 *
 * Kingma, Ba: Adam: a method for stochastic optimization, ICLR 2015, algorithm
 * 2; ε as in Keras.
 */
#include <dnn/plugin.h>
#include <math.h>

typedef struct {
  double learning_rate; /* η */
  double beta_1;        /* β₁ */
  double beta_2;        /* β₂ */
  double epsilon;       /* ε */
} Adamax;

enum { M, U, N_SLOTS };

static const DnnParam params[] = {
  DNN_FLOAT_SCHEDULABLE (Adamax, learning_rate, "lr", "0.001", 0, 1e6, "1/step",
                         "step size"),
  DNN_FLOAT_SCHEDULABLE (Adamax, beta_1, NULL, "0.9", 0, 0.999999, "share",
                         "share of the mean kept from step to step"),
  DNN_FLOAT_SCHEDULABLE (Adamax, beta_2, NULL, "0.999", 0, 1, "share",
                         "share of the largest size kept from step to step"),
  DNN_FLOAT (Adamax, epsilon, "1e-7", 0, 1e30, "gradient",
             "keeps the quotient finite"),
};

static int32_t
slots (const void *self, const DnnHost *host, DnnSlots *s)
{
  (void) self;
  host->add_slot (s, M, "gradient_mean", dnn_shape_of (s->weight), 0);
  host->add_slot (s, U, "gradient_max", dnn_shape_of (s->weight), 0);
  return 0;
}

static void
step (const void *self, const DnnHost *host, DnnStep *s)
{
  const Adamax *adamax = self;
  const float alpha = (float) (adamax->learning_rate /
                               (1 - pow (adamax->beta_1, (double) s->t)));
  const float fresh = (float) (1 - adamax->beta_1);
  const float kept = (float) adamax->beta_2;
  const float epsilon = (float) adamax->epsilon, *g = s->g;
  float *w = s->w, *m = s->slots[M], *u = s->slots[U];

  (void) host;
  for (int64_t i = 0; i < s->n; i++) {
    const float size = fabsf (g[i]), before = kept * u[i];

    m[i] += (g[i] - m[i]) * fresh;
    u[i] = before > size ? before : size;
    w[i] -= alpha * m[i] / (u[i] + epsilon);
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
  .name = "adamax",
  .title = "Adamax",
  .version = "1.0",
  .summary = "steps by the mean of the gradient over its largest size",
  .reference = "Kingma, Ba: Adam: a method for stochastic optimization, ICLR "
               "2015, section 7.1",
  .flags = DNN_FLAG_ELEMENTWISE,
  .self_size = sizeof (Adamax),
  .params = params,
  .n_params = sizeof params / sizeof params[0],
  .param_stride = sizeof params[0],
  .ops = &ops,
};
