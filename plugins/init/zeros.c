/* zeros - every element is zero
 *
 *   w = 0
 */
#include <dnn/plugin.h>

static int32_t
fill (const void *self, const DnnHost *host, DnnFill *f)
{
  float *w = dnn_f32 (f->w);

  (void) self;
  (void) host;
  for (int64_t i = 0, n = dnn_count (f->w); i < n; i++)
    w[i] = 0;
  return 0;
}

static const DnnInitializerOps ops = {
  DNN_INITIALIZER_OPS,
  .fill = fill,
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_INITIALIZER,
  .name = "zeros",
  .title = "Zeros",
  .version = "1.0",
  .summary = "every element is zero",
  .reference = "https://keras.io/api/layers/initializers/",
  .ops = &ops,
};
