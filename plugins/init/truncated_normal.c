/* truncated_normal - normal distribution, cut at two standard deviations
 *
 *   w = mean + σ z    z ~ N (0, 1), drawn again where |z| > 2
 *
 * As in Keras σ is that of the whole bell: what is left has .8796 σ.
 */
#include <dnn/plugin.h>
#include <math.h>

typedef struct {
  double mean;
  double stddev; /* σ */
} TruncatedNormal;

static const DnnParam params[] = {
  DNN_FLOAT (TruncatedNormal, mean, "0", -1e30, 1e30, "weight",
             "of the distribution"),
  DNN_FLOAT (TruncatedNormal, stddev, "0.05", 0, 1e30, "weight",
             "standard deviation before the cut"),
};

enum { MAX_REDRAWS = 64 }; /* .0455⁶⁴: never reached by chance */

/* Numbers past 2 are drawn again, each from further streams at its own place,
 * so that the bits do not depend on its neighbours. */
static void
fill_truncated (const DnnHost *host, DnnFill *f, float *z, int64_t n)
{
  host->random (f, 0, DNN_NORMAL, 0, n, z);
  for (int64_t i = 0; i < n; i++) {
    for (uint32_t k = 1; fabsf (z[i]) > 2 && k <= MAX_REDRAWS; k++)
      host->random (f, k, DNN_NORMAL, i, 1, &z[i]);
    z[i] = fminf (fmaxf (z[i], -2), 2);
  }
}

static int32_t
fill (const void *self, const DnnHost *host, DnnFill *f)
{
  const TruncatedNormal *normal = self;
  const float mean = (float) normal->mean, sigma = (float) normal->stddev;
  float *w = dnn_f32 (f->w);
  int64_t n = dnn_count (f->w);

  fill_truncated (host, f, w, n);
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
  .name = "truncated_normal",
  .title = "TruncatedNormal",
  .version = "1.0",
  .summary = "normal distribution, cut at two standard deviations",
  .reference = "https://keras.io/api/layers/initializers/",
  .self_size = sizeof (TruncatedNormal),
  .params = params,
  .n_params = sizeof params / sizeof params[0],
  .param_stride = sizeof params[0],
  .ops = &ops,
};
