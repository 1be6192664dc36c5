/* gaussian_noise - adds normal noise in training
 *
 *   y = x + σ z    z ~ N (0, 1)    dL/dx = dL/dy
 *
 * The identity outside of training.
 */
#include <dnn/plugin.h>
#include <string.h>

typedef struct {
  double stddev; /* σ */
} GaussianNoise;

enum { NOISE };

static const DnnParam params[] = {
  DNN_FLOAT_REQUIRED (GaussianNoise, stddev, 0, 1, "x",
                      "standard deviation of the noise"),
};

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  (void) self;
  host->add_scratch (b, NOISE, dnn_shape_of (b->x[0]));
  host->set_output (b, 0, dnn_shape_of (b->x[0]));
  host->backward_reads (b, DNN_READS_NOTHING);
  return 0;
}

static void
copy (const DnnTensor *from, const DnnTensor *to)
{
  if (to->data != from->data)
    memcpy (to->data, from->data, (size_t) dnn_count (to) * sizeof (float));
}

static int32_t
forward (const void *self, const DnnHost *host, DnnPass *pass)
{
  const float sigma = (float) ((const GaussianNoise *) self)->stddev;
  const int64_t n = dnn_count (pass->x[0]);
  const float *x = dnn_f32 (pass->x[0]);
  float *y = dnn_f32 (pass->y[0]), *z = dnn_f32 (pass->scratch[NOISE]);

  if (!pass->training) {
    copy (pass->x[0], pass->y[0]);
    return 0;
  }
  host->random (pass, 0, DNN_NORMAL, 0, n, z);
  for (int64_t i = 0; i < n; i++)
    y[i] = x[i] + sigma * z[i];
  return 0;
}

static int32_t
backward (const void *self, const DnnHost *host, DnnPass *pass)
{
  (void) self;
  (void) host;
  if (pass->dx[0] != NULL)
    copy (pass->dy[0], pass->dx[0]);
  return 0;
}

static const DnnLayerOps ops = {
  DNN_LAYER_OPS (1),
  .build = build,
  .forward = forward,
  .backward = backward,
};

static const DnnForeign foreign[] = {
  { "keras", "GaussianNoise", "stddev=stddev", "" },
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_LAYER,
  .name = "gaussian_noise",
  .title = "GaussianNoise",
  .version = "1.0",
  .summary = "adds normal noise in training",
  .reference =
      "https://keras.io/api/layers/regularization_layers/gaussian_noise/",
  .flags = DNN_FLAG_IN_PLACE | DNN_FLAG_RANDOM | DNN_FLAG_TRAINING_DIFFERS |
           DNN_FLAG_KEEPS_MASK,
  .self_size = sizeof (GaussianNoise),
  .params = params,
  .n_params = sizeof params / sizeof params[0],
  .param_stride = sizeof params[0],
  .ops = &ops,
  .example = "stddev=0.5",
  .foreign = DNN_FOREIGN_TABLE (foreign),
};
