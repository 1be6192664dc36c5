/* flattens_weight - a parametrization of another shape than the weight */
#include <dnn/plugin.h>

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  (void) self;
  host->set_output (b, 0,
                    DNN_SHAPE (dnn_rows (b->x[0]) * dnn_columns (b->x[0])));
  return 0;
}

static int32_t
forward (const void *self, const DnnHost *host, DnnPass *pass)
{
  (void) self;
  (void) host;
  dnn_copy (pass->x[0], pass->y[0]);
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

static const DnnLayerOps ops = {
  DNN_LAYER_OPS (1),
  .build = build,
  .forward = forward,
  .backward = backward,
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  .kind = DNN_KIND_PARAMETRIZATION,
  .name = "flattens_weight",
  .title = "Bad",
  .version = "1.0",
  .summary = "for a test",
  .reference = "",
  .flags = 0,
  .ops = &ops,
};
