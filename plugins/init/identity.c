/* identity - ones on the diagonal, zeros elsewhere
 *
 *   w[i][j] = gain where i = j, else 0
 */
#include <dnn/plugin.h>

typedef struct {
  double gain;
} Identity;

static const DnnParam params[] = {
  DNN_FLOAT (Identity, gain, "1", -1e30, 1e30, "factor", "on the diagonal"),
};

static int32_t
fill (const void *self, const DnnHost *host, DnnFill *f)
{
  const float gain = (float) ((const Identity *) self)->gain;
  const int64_t columns = dnn_columns (f->w);
  float *w = dnn_f32 (f->w);

  if (f->w->n_dims != 2)
    return host->fail (f, "the weight must be a matrix, not %u-dimensional",
                       (unsigned) f->w->n_dims);
  for (int64_t i = 0, n = dnn_count (f->w); i < n; i++)
    w[i] = i / columns == i % columns ? gain : 0;
  return 0;
}

static const DnnInitializerOps ops = {
  DNN_INITIALIZER_OPS,
  .fill = fill,
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_INITIALIZER,
  .name = "identity",
  .title = "Identity",
  .version = "1.0",
  .summary = "ones on the diagonal, zeros elsewhere",
  .reference = "https://keras.io/api/layers/initializers/",
  .self_size = sizeof (Identity),
  .params = params,
  .n_params = sizeof params / sizeof params[0],
  .param_stride = sizeof params[0],
  .ops = &ops,
};
