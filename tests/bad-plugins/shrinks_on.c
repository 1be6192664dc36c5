/* shrinks_on - a constraint that goes on where it should rest */
#include <dnn/plugin.h>

static void
constrain (const void *self, const DnnHost *host, DnnConstraintPass *p)
{
  float *w = dnn_f32 (p->w);

  (void) self;
  (void) host;
  for (int64_t i = 0; i < dnn_count (p->w); i++)
    w[i] *= 0.9f;
}

static const DnnConstraintOps ops = {
  DNN_CONSTRAINT_OPS,
  .constrain = constrain,
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,      .kind = DNN_KIND_CONSTRAINT,
  .name = "shrinks_on", .title = "Bad",
  .version = "1.0",     .summary = "for a test",
  .reference = "",      .ops = &ops,
};
