/* rescaling - brings inputs into another range
 *
 *   y = scale x + offset    dL/dx = scale dL/dy
 */
#include <dnn/plugin.h>

typedef struct {
  double scale;
  double offset;
} Rescaling;

static const DnnParam params[] = {
  DNN_FLOAT_REQUIRED (Rescaling, scale, -1e30, 1e30, "factor", "factor"),
  DNN_FLOAT (Rescaling, offset, "0", -1e30, 1e30, "y", "added afterwards"),
};

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
  const Rescaling *rescaling = self;
  const float scale = (float) rescaling->scale;
  const float offset = (float) rescaling->offset;
  const float *x = dnn_f32 (pass->x[0]);
  float *y = dnn_f32 (pass->y[0]);

  (void) host;
  for (int64_t i = 0, n = dnn_count (pass->x[0]); i < n; i++)
    y[i] = scale * x[i] + offset;
  return 0;
}

static int32_t
backward (const void *self, const DnnHost *host, DnnPass *pass)
{
  const float scale = (float) ((const Rescaling *) self)->scale;
  const float *dy = dnn_f32 (pass->dy[0]);
  float *dx = dnn_f32 (pass->dx[0]);

  (void) host;
  for (int64_t i = 0, n = dnn_count (pass->dy[0]); dx != NULL && i < n; i++)
    dx[i] = scale * dy[i];
  return 0;
}

static const DnnLayerOps ops = {
  DNN_LAYER_OPS (1),
  .build = build,
  .forward = forward,
  .backward = backward,
};

static const DnnForeign foreign[] = {
  { "keras", "Rescaling", "scale=scale offset=offset", "" },
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_LAYER,
  .name = "rescaling",
  .title = "Rescaling",
  .version = "1.0",
  .summary = "x scale + offset",
  .reference = "https://keras.io/api/layers/preprocessing_layers/"
               "image_preprocessing/rescaling/",
  .flags = DNN_FLAG_IN_PLACE | DNN_FLAG_KEEPS_MASK,
  .self_size = sizeof (Rescaling),
  .params = params,
  .n_params = sizeof params / sizeof params[0],
  .param_stride = sizeof params[0],
  .ops = &ops,
  .example = "scale=0.5 offset=-1",
  .foreign = DNN_FOREIGN_TABLE (foreign),
};
