/* reshape - every sample in another shape
 *
 *   x: N×D₁×...×Dₖ    y: N×T₁×...×Tₘ    Π D = Π T    dL/dx = dL/dy, reshaped
 *
 * One T may be -1: what is left.  The numbers stay where they are, so it works
 * in place.
 */
#include <dnn/plugin.h>
#include <string.h>

typedef struct {
  DnnInts target_shape; /* T */
} Reshape;

static const DnnParam params[] = {
  DNN_INTS_REQUIRED (Reshape, target_shape, -1, 1 << 30, "elements",
                     "of a sample; one may be -1, which is what is left"),
};

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  const DnnInts *target = &((const Reshape *) self)->target_shape;
  const DnnTensor *x = b->x[0];
  DnnShape y = { 1, 0, { 0 } };
  int64_t size = 1, known = 1, n_unknown = 0;

  if (x->n_dims < 1)
    return host->fail (b, "input must be a batch, not a single number");
  if (target->n >= DNN_MAX_DIMS)
    return host->fail (b, "target_shape has %d sizes, more than %d",
                       (int) target->n, DNN_MAX_DIMS - 1);
  for (uint32_t i = 1; i < x->n_dims; i++)
    size *= x->dims[i];
  for (int64_t i = 0; i < target->n; i++) {
    n_unknown += target->at[i] == -1;
    known *= target->at[i] == -1 ? 1 : target->at[i];
  }
  if (n_unknown > 1)
    return host->fail (b, "only one size of target_shape may be -1");
  if (known < 1 || size % known != 0 || (n_unknown == 0 && size != known))
    return host->fail (b,
                       "%lld elements a sample do not fit a target_shape of "
                       "%lld%s",
                       (long long) size, (long long) known,
                       n_unknown > 0 ? " times -1" : "");

  y.dims[0] = x->dims[0];
  for (int64_t i = 0; i < target->n; i++)
    y.dims[y.n_dims++] = target->at[i] == -1 ? size / known : target->at[i];
  host->set_output (b, 0, y);
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

static const DnnForeign foreign[] = {
  { "onnx", "Reshape", "target_shape=shape", "" },
  { "keras", "Reshape", "target_shape=target_shape", "" },
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_LAYER,
  .name = "reshape",
  .title = "Reshape",
  .version = "1.0",
  .summary = "every sample in another shape",
  .reference = "https://keras.io/api/layers/reshaping_layers/reshape/",
  .flags = DNN_FLAG_IN_PLACE,
  .self_size = sizeof (Reshape),
  .params = params,
  .n_params = sizeof params / sizeof params[0],
  .param_stride = sizeof params[0],
  .ops = &ops,
  .example = "target_shape=3,-1",
  .example_inputs = "6",
  .foreign = DNN_FOREIGN_TABLE (foreign),
};
