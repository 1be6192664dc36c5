/* activation - a place in the chain for an activation function
 *
 *   y = x    dL/dx = dL/dy
 *
 * The identity, in place: the host's key `activation`, which every layer has,
 * does the work.
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

static void
copy (const DnnTensor *from, const DnnTensor *to)
{
  if (to->data != from->data)
    memcpy (to->data, from->data, (size_t) dnn_count (to) * sizeof (float));
}

static int32_t
forward (const void *self, const DnnHost *host, DnnPass *pass)
{
  (void) self;
  (void) host;
  copy (pass->x[0], pass->y[0]);
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

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_LAYER,
  .name = "activation",
  .title = "Activation",
  .version = "1.0",
  .summary = "passes its input on; the key `activation` does the work",
  .reference = "https://keras.io/api/layers/core_layers/activation/",
  .flags = DNN_FLAG_IN_PLACE | DNN_FLAG_KEEPS_MASK,
  .ops = &ops,
};
