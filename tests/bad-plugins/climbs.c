/* climbs - goes up where it should go down, and counts steps in a slot that
 * every range writes
 *
 *   w ← w + η g    steps ← steps + 1
 */
#include <dnn/plugin.h>

enum { STEPS, N_SLOTS };

typedef struct {
  double learning_rate;
} Climbs;

static const DnnParam params[] = {
  DNN_FLOAT_SCHEDULABLE (Climbs, learning_rate, "lr", "0.01", 0, 1e6, "",
                         "step size"),
};

static int32_t
slots (const void *self, const DnnHost *host, DnnSlots *s)
{
  (void) self;
  host->add_slot (s, STEPS, "steps", DNN_SCALAR, 0);
  return 0;
}

static void
step (const void *self, const DnnHost *host, DnnStep *s)
{
  (void) host;
  s->slots[STEPS][0] += 1;
  for (int64_t i = 0; i < s->n; i++)
    s->w[i] += (float) ((const Climbs *) self)->learning_rate * s->g[i];
}

static const DnnOptimizerOps ops = {
  DNN_OPTIMIZER_OPS (N_SLOTS),
  .slots = slots,
  .step = step,
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_OPTIMIZER,
  .name = "climbs",
  .title = "Climbs",
  .version = "1.0",
  .summary = "for a test",
  .reference = "",
  .flags = DNN_FLAG_ELEMENTWISE,
  .self_size = sizeof (Climbs),
  .params = params,
  .n_params = sizeof params / sizeof params[0],
  .param_stride = sizeof params[0],
  .ops = &ops,
};
