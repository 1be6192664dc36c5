/* stop_gradient - passes values on, and no gradient back
 *
 *   y = x    dL/dx = 0
 *
 * What lies below is not moved by what lies above: a target that is itself a
 * prediction, or a branch that only looks.
 */
#include <dnn/plugin.h>
#include <string.h>

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
  const DnnTensor *x = pass->x[0], *y = pass->y[0];

  (void) self;
  (void) host;
  if (y->data != x->data)
    memcpy (y->data, x->data, (size_t) dnn_count (x) * sizeof (float));
  return 0;
}

static int32_t
backward (const void *self, const DnnHost *host, DnnPass *pass)
{
  const DnnTensor *dx = pass->dx[0];

  (void) self;
  (void) host;
  if (dx != NULL)
    memset (dx->data, 0, (size_t) dnn_count (dx) * sizeof (float));
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
  .name = "stop_gradient",
  .title = "StopGradient",
  .version = "1.0",
  .summary = "passes values on, and no gradient back",
  .reference = "https://keras.io/api/ops/core/#stop_gradient-function",
  .flags = DNN_FLAG_IN_PLACE | DNN_FLAG_OTHER_GRADIENT | DNN_FLAG_KEEPS_MASK,
  .ops = &ops,
};
