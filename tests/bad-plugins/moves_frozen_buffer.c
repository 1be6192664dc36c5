/* moves_frozen_buffer - counts its calls, though it is frozen
 *
 *   y = x    calls ← calls + 1 in training, whatever pass->frozen says
 */
#include <dnn/plugin.h>
#include <string.h>

enum { CALLS };

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  (void) self;
  host->add_buffer (b, CALLS, "calls", DNN_SCALAR, "zeros");
  host->set_output (b, 0, dnn_shape_of (b->x[0]));
  return 0;
}

static int32_t
forward (const void *self, const DnnHost *host, DnnPass *pass)
{
  const DnnTensor *x = pass->x[0];

  (void) self;
  (void) host;
  memcpy (pass->y[0]->data, x->data, (size_t) dnn_count (x) * sizeof (float));
  if (pass->training)
    dnn_f32 (pass->buffers[CALLS])[0] += 1;
  return 0;
}

static int32_t
backward (const void *self, const DnnHost *host, DnnPass *pass)
{
  const DnnTensor *dy = pass->dy[0];

  (void) self;
  (void) host;
  if (pass->dx[0] != NULL)
    memcpy (pass->dx[0]->data, dy->data,
            (size_t) dnn_count (dy) * sizeof (float));
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
  .name = "moves_frozen_buffer",
  .title = "MovesFrozenBuffer",
  .version = "1.0",
  .summary = "for a test",
  .reference = "",
  .flags = DNN_FLAG_TRAINING_DIFFERS,
  .ops = &ops,
};
