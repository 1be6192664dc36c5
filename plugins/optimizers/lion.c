/* lion - steps of one size, by the sign of the gradient's mean
 *
 *   w ← w - η sign (β₁ m + (1 - β₁) g)
 *   m ← β₂ m + (1 - β₂) g
 *
 * The step is the same for all elements, so that η is a tenth of adam's, and
 * weight_decay ten times.
 * Chen and others: Symbolic discovery of optimization algorithms, NeurIPS 2023,
 * program 1.
 */
#include <dnn/plugin.h>

typedef struct {
  double learning_rate; /* η */
  double beta_1;        /* β₁ */
  double beta_2;        /* β₂ */
} Lion;

enum { M, N_SLOTS };

static const DnnParam params[] = {
  DNN_FLOAT_SCHEDULABLE (Lion, learning_rate, "lr", "0.001", 0, 1e6, "1/step",
                         "step size"),
  DNN_FLOAT_SCHEDULABLE (Lion, beta_1, NULL, "0.9", 0, 1, "share",
                         "share of the mean in the step's direction"),
  DNN_FLOAT_SCHEDULABLE (Lion, beta_2, NULL, "0.99", 0, 1, "share",
                         "share of the mean kept from step to step"),
};

static int32_t
slots (const void *self, const DnnHost *host, DnnSlots *s)
{
  (void) self;
  host->add_slot (s, M, "gradient_mean", dnn_shape_of (s->weight), 0);
  return 0;
}

static void
step (const void *self, const DnnHost *host, DnnStep *s)
{
  const Lion *lion = self;
  const float eta = (float) lion->learning_rate, *g = s->g;
  const float b_1 = (float) lion->beta_1, c_1 = (float) (1 - lion->beta_1);
  const float b_2 = (float) lion->beta_2, c_2 = (float) (1 - lion->beta_2);
  float *w = s->w, *m = s->slots[M];

  (void) host;
  for (int64_t i = 0; i < s->n; i++) {
    const float d = m[i] * b_1 + g[i] * c_1;

    w[i] -= d > 0 ? eta : d < 0 ? -eta : 0 * d; /* NaN stays NaN */
    m[i] = m[i] * b_2 + g[i] * c_2;
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
  .name = "lion",
  .title = "Lion",
  .version = "1.0",
  .summary = "steps of one size, by the sign of the mean of the gradient",
  .reference = "Chen and others: Symbolic discovery of optimization "
               "algorithms, NeurIPS 2023",
  .flags = DNN_FLAG_ELEMENTWISE,
  .self_size = sizeof (Lion),
  .params = params,
  .n_params = sizeof params / sizeof params[0],
  .param_stride = sizeof params[0],
  .ops = &ops,
};
