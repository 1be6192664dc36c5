/* constant - every element is the same number
 *
 *   w = value
 */
#include <dnn/plugin.h>

typedef struct {
  double value;
} Constant;

static const DnnParam params[] = {
  DNN_FLOAT (Constant, value, "0", -1e30, 1e30, "weight", "of every element"),
};

static int32_t
fill (const void *self, const DnnHost *host, DnnFill *f)
{
  const Constant *constant = self;
  float *w = dnn_f32 (f->w);

  (void) host;
  for (int64_t i = 0, n = dnn_count (f->w); i < n; i++)
    w[i] = (float) constant->value;
  return 0;
}

static const DnnInitializerOps ops = {
  DNN_INITIALIZER_OPS,
  .fill = fill,
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_INITIALIZER,
  .name = "constant",
  .title = "Constant",
  .version = "1.0",
  .summary = "every element is the same number",
  .reference = "https://keras.io/api/layers/initializers/",
  .self_size = sizeof (Constant),
  .params = params,
  .n_params = sizeof params / sizeof params[0],
  .param_stride = sizeof params[0],
  .ops = &ops,
};
