/* flatten - every sample as one row
 *
 *   x: N×D₁×...×Dₖ    y: N×(D₁ ... Dₖ)    dL/dx = dL/dy, reshaped
 *
 * The numbers stay where they are, so it works in place; a batch of plain
 * numbers becomes rows of one.
 */
#include <dnn/plugin.h>
#include <string.h>

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  const DnnTensor *x = b->x[0];
  int64_t columns = 1;

  (void) self;
  if (x->n_dims < 1)
    return host->fail (b, "input must be a batch, not a single number");

  for (uint32_t i = 1; i < x->n_dims; i++)
    columns *= x->dims[i];
  host->set_output (b, 0, DNN_SHAPE (x->dims[0], columns));
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
  { "onnx", "Flatten", "", "" },
  { "keras", "Flatten", "", "" },
  { "torch", "Flatten", "", "" },
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_LAYER,
  .name = "flatten",
  .title = "Flatten",
  .version = "1.0",
  .summary = "every sample as one row",
  .reference = "https://keras.io/api/layers/reshaping_layers/flatten/",
  .flags = DNN_FLAG_IN_PLACE,
  .ops = &ops,
  .example_inputs = "2,3",
  .foreign = DNN_FOREIGN_TABLE (foreign),
};
