/* acme.int8 - a layer sees its weight as int8 would keep it
 *
 *   y = s round (x / s)    s = max |x| / 127 of each column    dx = dy
 *
 * For any weight of any layer: kernel_parametrization = acme.int8.  The
 * gradient passes straight through.  Jacob and others: Quantization and
 * training of neural networks, CVPR 2018.
 */
#include <dnn/plugin.h>
#include <math.h>

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  (void) self;
  host->set_output (b, 0, dnn_shape_of (b->x[0]));
  host->backward_reads (b, DNN_READS_NOTHING);
  return 0;
}

static int32_t
forward (const void *self, const DnnHost *host, DnnPass *pass)
{
  const int64_t u = dnn_columns (pass->x[0]), n = dnn_count (pass->x[0]);
  const float *x = dnn_f32 (pass->x[0]);
  float *y = dnn_f32 (pass->y[0]);

  (void) self;
  (void) host;
  for (int64_t j = 0; j < u; j++) {
    float max = 1e-12f;

    for (int64_t i = j; i < n; i += u)
      max = fmaxf (max, fabsf (x[i]));
    for (int64_t i = j; i < n; i += u)
      y[i] = max / 127 * rintf (x[i] * 127 / max);
  }
  return 0;
}

static int32_t
backward (const void *self, const DnnHost *host, DnnPass *pass)
{
  (void) self;
  (void) host;
  dnn_copy (pass->dy[0], pass->dx[0]);
  return 0;
}

static const DnnLayerOps ops = { DNN_LAYER_OPS (1), .build = build,
                                 .forward = forward, .backward = backward };

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  .kind = DNN_KIND_PARAMETRIZATION,
  .name = "acme.int8",
  .title = "Int8",
  .version = "2.0",
  .summary = "a layer sees its weight as int8 would keep it",
  .reference = "Jacob and others: Quantization and training, CVPR 2018",
  .flags = DNN_FLAG_OTHER_GRADIENT,
  .ops = &ops,
};
