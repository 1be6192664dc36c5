/* rprop - a step size for each element, and the gradient's sign alone
 *
 *   Δ ← Δ η₊ where g goes on in its direction, Δ η₋ where it turned
 *   g ← 0 where it turned
 *   w ← w - sign (g) Δ
 *
 * Δ starts at the learning rate and stays within step_size_min and _max.  For
 * batches of the whole data: noise turns a gradient, too.  What is remembered
 * is Δ over the rate, so that a schedule of the rate acts on all steps. Igel,
 * Huesken: Improving the Rprop learning algorithm, 2000 (iRprop-), after
 * Riedmiller, Braun, 1993; defaults are PyTorch's.
 */
#include <dnn/plugin.h>

typedef struct {
  double learning_rate; /* what Δ starts at */
  double eta_minus;     /* η₋ */
  double eta_plus;      /* η₊ */
  double step_size_min;
  double step_size_max;
} Rprop;

enum { G, D, N_SLOTS };

static const DnnParam params[] = {
  DNN_FLOAT_SCHEDULABLE (Rprop, learning_rate, "lr", "0.01", 0, 1e6, "weight",
                         "the first steps' size"),
  DNN_FLOAT (Rprop, eta_minus, "0.5", 0, 1, "factor",
             "factor of a step whose gradient turned"),
  DNN_FLOAT (Rprop, eta_plus, "1.2", 1, 1e6, "factor",
             "factor of a step whose gradient goes on"),
  DNN_FLOAT (Rprop, step_size_min, "1e-6", 0, 1e6, "weight", "smallest step"),
  DNN_FLOAT (Rprop, step_size_max, "50", 0, 1e6, "weight", "largest step"),
};

static int32_t
slots (const void *self, const DnnHost *host, DnnSlots *s)
{
  (void) self;
  host->add_slot (s, G, "previous_gradient", dnn_shape_of (s->weight), 0);
  host->add_slot (s, D, "step_over_rate", dnn_shape_of (s->weight), 1);
  return 0;
}

static void
step (const void *self, const DnnHost *host, DnnStep *s)
{
  const Rprop *rprop = self;
  const float rate = (float) rprop->learning_rate;
  const float least = (float) (rprop->step_size_min / rprop->learning_rate);
  const float most = (float) (rprop->step_size_max / rprop->learning_rate);
  const float minus = (float) rprop->eta_minus, plus = (float) rprop->eta_plus;
  float *w = s->w, *before = s->slots[G], *d = s->slots[D];

  (void) host;
  if (rate == 0)
    return;
  for (int64_t i = 0; i < s->n; i++) {
    float g = s->g[i], size;
    const int on = (g > 0 && before[i] > 0) || (g < 0 && before[i] < 0);
    const int turned = (g > 0 && before[i] < 0) || (g < 0 && before[i] > 0);

    size = on ? d[i] * plus : turned ? d[i] * minus : d[i];
    d[i] = size < least ? least : size > most ? most : size;
    g = turned ? 0 : g;
    before[i] = g;
    w[i] -= g > 0 ? rate * d[i] : g < 0 ? -rate * d[i] : 0 * g;
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
  .name = "rprop",
  .title = "Rprop",
  .version = "1.0",
  .summary = "a step size for each element, by the gradient's sign alone; for "
             "whole batches",
  .reference = "Igel, Huesken: Improving the Rprop learning algorithm, 2000",
  .flags = DNN_FLAG_ELEMENTWISE,
  .self_size = sizeof (Rprop),
  .params = params,
  .n_params = sizeof params / sizeof params[0],
  .param_stride = sizeof params[0],
  .ops = &ops,
};
