/* rests_when_frozen - an adapter that does not learn where it is for */
#include <dnn/plugin.h>

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  (void) self;
  host->add_weight (b, 0, "scale", DNN_SHAPE (1), "ones");
  host->set_output (b, 0, dnn_shape_of (b->x[0]));
  return 0;
}

static int32_t
forward (const void *self, const DnnHost *host, DnnPass *pass)
{
  (void) self;
  (void) host;
  const float *x = dnn_f32 (pass->x[0]), *s = dnn_f32 (pass->w[0]);
  float *y = dnn_f32 (pass->y[0]);

  for (int64_t i = 0, n = dnn_count (pass->y[0]); i < n; i++)
    y[i] = s[0] * x[i];
  return 0;
}

static int32_t
backward (const void *self, const DnnHost *host, DnnPass *pass)
{
  (void) self;
  (void) host;
  const float *x = dnn_f32 (pass->x[0]), *dy = dnn_f32 (pass->dy[0]);
  const float *s = dnn_f32 (pass->w[0]);
  float *dx = dnn_f32 (pass->dx[0]), *ds = dnn_f32 (pass->dw[0]);
  double sum = 0;

  for (int64_t i = 0, n = dnn_count (pass->dy[0]); i < n; i++) {
    sum += (double) dy[i] * x[i];
    if (dx != NULL)
      dx[i] = s[0] * dy[i];
  }
  if (ds != NULL && !pass->frozen)
    ds[0] = (float) sum;
  return 0;
}

static const DnnLayerOps ops = {
  DNN_LAYER_OPS (1),
  .build = build,
  .forward = forward,
  .backward = backward,
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  .kind = DNN_KIND_PARAMETRIZATION,
  .name = "rests_when_frozen",
  .title = "Bad",
  .version = "1.0",
  .summary = "for a test",
  .reference = "",
  .flags = DNN_FLAG_ADAPTER,
  .ops = &ops,
};
