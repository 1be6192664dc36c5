/* lamb - adam's direction, as long as the weight itself is
 *
 *   m ← m + (1 - β₁) (g - m)    v ← v + (1 - β₂) (g² - v)
 *   u = m / (1 - β₁ᵗ) / (√(v / (1 - β₂ᵗ)) + ε)
 *   w ← w - η r u               r = ‖w‖ / ‖u‖, or 1 where either is 0
 *
 * The norms are the whole weight's: kernel and bias by themselves.  For large
 * batches.
 * You and others: Large batch optimization for deep learning: training BERT in
 * 76 minutes, ICLR 2020, algorithm 2.
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
                         "step size, as a share of the weight's norm"),
  DNN_FLOAT_SCHEDULABLE (Lamb, beta_1, NULL, "0.9", 0, 0.999999, "share",
                         "share of the mean kept from step to step"),
  DNN_FLOAT_SCHEDULABLE (Lamb, beta_2, NULL, "0.999", 0, 0.999999999, "share",
                         "share of the mean square kept from step to step"),
  DNN_FLOAT (Lamb, epsilon, "1e-7", 0, 1e30, "gradient",
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

/* Numbers that are the same for all elements of a weight. */
typedef struct {
  float *m, *v;
  float of_m, of_v, epsilon;
} Direction;

/* u of element i: cheaper made twice than kept */
static float
direction_at (const Direction *u, int64_t i)
{
  return u->m[i] * u->of_m / (sqrtf (u->v[i] * u->of_v) + u->epsilon);
}

static void
step (const void *self, const DnnHost *host, DnnStep *s)
{
  const Lamb *lamb = self;
  const double t = (double) s->t;
  const float new_1 = (float) (1 - lamb->beta_1);
  const float new_2 = (float) (1 - lamb->beta_2), *g = s->g;
  const Direction u = { s->slots[M], s->slots[V],
                        (float) (1 / (1 - pow (lamb->beta_1, t))),
                        (float) (1 / (1 - pow (lamb->beta_2, t))),
                        (float) lamb->epsilon };
  double of_w = 0, of_u = 0, rate = lamb->learning_rate;

  (void) host;
  for (int64_t i = 0; i < s->n; i++) {
    u.m[i] += (g[i] - u.m[i]) * new_1;
    u.v[i] += (g[i] * g[i] - u.v[i]) * new_2;
    of_w += (double) s->w[i] * s->w[i];
    of_u += (double) direction_at (&u, i) * direction_at (&u, i);
  }
  if (of_w > 0 && of_u > 0)
    rate *= sqrt (of_w) / sqrt (of_u);
  for (int64_t i = 0; i < s->n; i++)
    s->w[i] -= (float) rate * direction_at (&u, i);
}

static const DnnOptimizerOps ops = {
  DNN_OPTIMIZER_OPS (N_SLOTS),
  .slots = slots,
  .step = step,
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_OPTIMIZER,
  .name = "lamb",
  .title = "Lamb",
  .version = "1.0",
  .summary = "adam's direction, as long as the weight itself is",
  .reference = "You and others: Large batch optimization for deep learning: "
               "training BERT in 76 minutes, ICLR 2020",
  .self_size = sizeof (Lamb),
  .params = params,
  .n_params = sizeof params / sizeof params[0],
  .param_stride = sizeof params[0],
  .ops = &ops,
};
