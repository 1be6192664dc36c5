/* ignores_rate - steps by 0.01, whatever its learning_rate
 *
 *   w ← w - 0.01 g
 */
#include <dnn/plugin.h>

typedef struct {
  double learning_rate;
} IgnoresRate;

static const DnnParam params[] = {
  DNN_FLOAT_SCHEDULABLE (IgnoresRate, learning_rate, "lr", "0.01", 0, 1e6, "",
                         "step size"),
};

static void
step (const void *self, const DnnHost *host, DnnStep *s)
{
  (void) self;
  (void) host;
  for (int64_t i = 0; i < s->n; i++)
    s->w[i] -= 0.01f * s->g[i];
}

static const DnnOptimizerOps ops = {
  DNN_OPTIMIZER_OPS (0),
  .step = step,
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_OPTIMIZER,
  .name = "ignores_rate",
  .title = "IgnoresRate",
  .version = "1.0",
  .summary = "for a test",
  .reference = "",
  .flags = DNN_FLAG_ELEMENTWISE,
  .self_size = sizeof (IgnoresRate),
  .params = params,
  .n_params = sizeof params / sizeof params[0],
  .param_stride = sizeof params[0],
  .ops = &ops,
};
