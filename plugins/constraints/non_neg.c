/* non_neg - what is below 0 becomes 0
 *
 *   w ← max (w, 0)
 */
#include <dnn/plugin.h>

static void
constrain (const void *self, const DnnHost *host, DnnConstraintPass *p)
{
  float *w = dnn_f32 (p->w);

  (void) self;
  (void) host;
  for (int64_t i = 0, n = dnn_count (p->w); i < n; i++)
    w[i] = w[i] > 0 ? w[i] : 0;
}

static const DnnConstraintOps ops = {
  DNN_CONSTRAINT_OPS,
  .constrain = constrain,
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  .kind = DNN_KIND_CONSTRAINT,
  .name = "non_neg",
  .title = "NonNeg",
  .version = "1.0",
  .summary = "what is below 0 becomes 0",
  .reference = "https://keras.io/api/layers/constraints/",
  .ops = &ops,
};
