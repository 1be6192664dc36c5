/* random_uniform - uniform distribution
 *
 *   w = minval + (maxval - minval) u    u ~ U [0, 1)
 */
#include <dnn/plugin.h>

typedef struct {
  double minval;
  double maxval;
} RandomUniform;

static const DnnParam params[] = {
  DNN_FLOAT (RandomUniform, minval, "-0.05", -1e30, 1e30, "weight",
             "smallest value"),
  DNN_FLOAT (RandomUniform, maxval, "0.05", -1e30, 1e30, "weight",
             "largest value"),
};

static int32_t
fill (const void *self, const DnnHost *host, DnnFill *f)
{
  const RandomUniform *uniform = self;
  const float lo = (float) uniform->minval, hi = (float) uniform->maxval;
  float *w = dnn_f32 (f->w);
  int64_t n = dnn_count (f->w);

  if (lo > hi)
    return host->fail (f, "minval %g must not be above maxval %g",
                       uniform->minval, uniform->maxval);
  host->random (f, 0, DNN_UNIFORM, 0, n, w);
  for (int64_t i = 0; i < n; i++)
    w[i] = lo + (hi - lo) * w[i];
  return 0;
}

static const DnnInitializerOps ops = {
  DNN_INITIALIZER_OPS,
  .fill = fill,
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_INITIALIZER,
  .name = "random_uniform",
  .title = "RandomUniform",
  .version = "1.0",
  .summary = "uniform distribution",
  .reference = "https://keras.io/api/layers/initializers/",
  .self_size = sizeof (RandomUniform),
  .params = params,
  .n_params = sizeof params / sizeof params[0],
  .param_stride = sizeof params[0],
  .ops = &ops,
};
