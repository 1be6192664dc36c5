/* random_normal - normal distribution, not truncated
 *
 *   w = mean + σ z    z ~ N (0, 1)
 */
#include <dnn/plugin.h>

typedef struct {
  double mean;
  double stddev; /* σ */
} RandomNormal;

static const DnnParam params[] = {
  DNN_FLOAT (RandomNormal, mean, "0", -1e30, 1e30, "weight",
             "of the distribution"),
  DNN_FLOAT (RandomNormal, stddev, "0.05", 0, 1e30, "weight",
             "standard deviation"),
};

static int32_t
fill (const void *self, const DnnHost *host, DnnFill *f)
{
  const RandomNormal *normal = self;
  const float mean = (float) normal->mean, sigma = (float) normal->stddev;
  float *w = dnn_f32 (f->w);
  int64_t n = dnn_count (f->w);

  host->random (f, 0, DNN_NORMAL, 0, n, w);
  for (int64_t i = 0; i < n; i++)
    w[i] = mean + sigma * w[i];
  return 0;
}

static const DnnInitializerOps ops = {
  DNN_INITIALIZER_OPS,
  .fill = fill,
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_INITIALIZER,
  .name = "random_normal",
  .title = "RandomNormal",
  .version = "1.0",
  .summary = "normal distribution, not truncated",
  .reference = "https://keras.io/api/layers/initializers/",
  .self_size = sizeof (RandomNormal),
  .params = params,
  .n_params = sizeof params / sizeof params[0],
  .param_stride = sizeof params[0],
  .ops = &ops,
};
