/* writes_frozen_weight - shrinks its weight in forward, trained or frozen
 *
 *   y = x + s    s ← s / 2
 */
#include <dnn/plugin.h>

enum { SHIFT };

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  (void) self;
  host->add_weight (b, SHIFT, "shift", DNN_SCALAR, "ones");
  host->set_output (b, 0, dnn_shape_of (b->x[0]));
  return 0;
}

static int32_t
forward (const void *self, const DnnHost *host, DnnPass *pass)
{
  float *shift = dnn_f32 (pass->w[SHIFT]);
  const float *x = dnn_f32 (pass->x[0]);
  float *y = dnn_f32 (pass->y[0]);

  (void) self;
  (void) host;
  for (int64_t i = 0; i < dnn_count (pass->x[0]); i++)
    y[i] = x[i] + *shift;
  *shift /= 2;
  return 0;
}

static int32_t
backward (const void *self, const DnnHost *host, DnnPass *pass)
{
  const float *dy = dnn_f32 (pass->dy[0]);
  float *dx = dnn_f32 (pass->dx[0]), *dw = dnn_f32 (pass->dw[SHIFT]);
  double sum = 0;

  (void) self;
  (void) host;
  for (int64_t i = 0; i < dnn_count (pass->dy[0]); i++) {
    sum += dy[i];
    if (dx != NULL)
      dx[i] = dy[i];
  }
  if (dw != NULL)
    *dw = (float) sum;
  return 0;
}

static const DnnLayerOps ops = {
  DNN_LAYER_OPS (1),
  .build = build,
  .forward = forward,
  .backward = backward,
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_LAYER,
  .name = "writes_frozen_weight",
  .title = "WritesFrozenWeight",
  .version = "1.0",
  .summary = "for a test",
  .reference = "",
  .ops = &ops,
};
