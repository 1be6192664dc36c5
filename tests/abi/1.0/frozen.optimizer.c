/* frozen.optimizer - steps along a mean of the gradients
 *
 *   m ← μ m + (1 - μ) g
 *   w ← w - η m
 *
 * The formulas come first; what follows computes them.  Put yours in their
 * place, and go on from 1 to 5.  Clipping, weight decay and schedules are the
 * host's, and work with every optimizer.
 */
#include <dnn/plugin.h>

/* 1. What a user can set.  The host makes this struct and fills it; a plugin
 * only reads it. */
typedef struct {
  double learning_rate; /* η */
  double momentum;      /* μ */
} Parameters;

/* 2. A row for each member: other names, its default as text, smallest and
 * largest value, unit, and a line of help.  What is SCHEDULABLE takes a
 * schedule in place of a number; the struct then holds this step's value. */
static const DnnParam params[] = {
  DNN_FLOAT_SCHEDULABLE (Parameters, learning_rate, "lr", "0.05", 0, 1e6,
                         "1/step", "step size"),
  DNN_FLOAT_SCHEDULABLE (Parameters, momentum, NULL, "0.9", 0, 0.999999,
                         "1/step", "share of the mean that is kept"),
};

/* Numbers of the slots, used below as slots[M]. */
enum { M, N_SLOTS };

/* 3. What is remembered of one weight.  The host makes it, begins it at 0 and
 * saves it with the model.  Name a slot by what it holds: where a run changes
 * its optimizer, slots of the same name and shape go on. */
static int32_t
slots (const void *self, const DnnHost *host, DnnSlots *s)
{
  (void) self;
  host->add_slot (s, M, "gradient_mean", dnn_shape_of (s->weight), 0);
  return 0;
}

/* 4. n elements of a weight, their gradients and their slots.  s->t counts the
 * updates of this weight from 1, for whoever corrects a bias. */
static void
step (const void *self, const DnnHost *host, DnnStep *s)
{
  const Parameters *p = self;
  const float eta = (float) p->learning_rate, mu = (float) p->momentum;
  const float *g = s->g;
  float *w = s->w, *m = s->slots[M];

  (void) host;
  for (int64_t i = 0; i < s->n; i++) {
    m[i] = mu * m[i] + (1 - mu) * g[i];
    w[i] -= eta * m[i];
  }
}

static const DnnOptimizerOps ops = {
  DNN_OPTIMIZER_OPS (N_SLOTS),
  .slots = slots,
  .step = step,
};

/* 5. What the host reads before it calls anything: the one exported symbol.
 * The name is also the file's.  DNN_FLAG_ELEMENTWISE: step gets any range of a
 * weight; leave it out where it must see the whole, as for a norm. */
const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_OPTIMIZER,
  .name = "frozen.optimizer",
  .title = "Optimizer",
  .version = "0.1",
  .summary = "steps along a mean of the gradients",
  .reference = "", /* paper or URL, with the number of the equation */
  .flags = DNN_FLAG_ELEMENTWISE,
  .self_size = sizeof (Parameters),
  .params = params,
  .n_params = sizeof params / sizeof params[0],
  .param_stride = sizeof params[0],
  .ops = &ops,
};
