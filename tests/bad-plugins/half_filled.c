/* half_filled - fills the second half of a weight with zeros */
#include <dnn/plugin.h>

static int32_t
fill (const void *self, const DnnHost *host, DnnFill *f)
{
  const int64_t n = dnn_count (f->w);
  float *w = dnn_f32 (f->w);

  (void) self;
  host->random (f, 0, DNN_NORMAL, 0, n / 2, w);
  for (int64_t i = n / 2; i < n; i++)
    w[i] = 0;
  return 0;
}

static const DnnInitializerOps ops = {
  DNN_INITIALIZER_OPS,
  .fill = fill,
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,         .kind = DNN_KIND_INITIALIZER,
  .name = "half_filled", .title = "HalfFilled",
  .version = "1.0",      .summary = "for a test",
  .reference = "",       .ops = &ops,
};
