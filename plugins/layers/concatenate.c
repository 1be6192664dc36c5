/* concatenate - its inputs side by side
 *
 *   y = [x₀ x₁ ...]    dL/dxₖ = the part of dL/dy where xₖ went
 *
 * along one axis, by default the last; all other sizes are alike.  Padding of
 * an input is padding where it goes; along the axes behind those of masks, y is
 * real where all inputs are.
 */
#include <dnn/plugin.h>
#include <string.h>

typedef struct {
  int64_t axis;
} Concatenate;

static const DnnParam params[] = {
  DNN_INT (Concatenate, axis, "-1", -DNN_MAX_DIMS, DNN_MAX_DIMS - 1, "axis",
           "0 is the batch; negative ones count from the end"),
};

static int64_t
axis_of (const Concatenate *concatenate, const DnnTensor *x)
{
  return concatenate->axis < 0 ? concatenate->axis + x->n_dims
                               : concatenate->axis;
}

/* Masks go side by side, too, if they go along the axis. */
static void
build_mask (const DnnHost *host, DnnBuild *b, int64_t axis, DnnShape y)
{
  uint32_t axes = 0;

  for (uint32_t k = 0; k < b->n_inputs; k++)
    axes = dnn_masked_axes (b, k) > axes ? dnn_masked_axes (b, k) : axes;
  y.n_dims = axes;
  if (axes > axis)
    host->add_mask (b, 0, y);
  else
    host->set_mask (b, DNN_MASK_OF_ALL);
}

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  const DnnTensor *first = b->x[0];
  const int64_t axis = axis_of (self, first);
  DnnShape y = dnn_shape_of (first);

  if (axis < 1 || axis >= first->n_dims)
    return host->fail (b, "axis must be between 1 and %d, not %d",
                       (int) first->n_dims - 1, (int) axis);
  for (uint32_t k = 1; k < b->n_inputs; k++) {
    const DnnTensor *x = b->x[k];

    if (x->n_dims != first->n_dims)
      return host->fail (b, "input %u has %u dimensions, input 0 has %u", k,
                         x->n_dims, first->n_dims);
    for (uint32_t i = 0; i < x->n_dims; i++)
      if (i != axis && x->dims[i] != first->dims[i])
        return host->fail (b, "input %u has not the shape of input 0", k);
    y.dims[axis] += x->dims[axis];
  }
  host->set_output (b, 0, y);
  build_mask (host, b, axis, y);
  host->backward_reads (b, DNN_READS_NOTHING);
  return 0;
}

/* Elements of one slice: the product of the sizes from `axis` on. */
static int64_t
slice_of (const DnnTensor *x, int64_t axis)
{
  int64_t n = 1;

  for (uint32_t i = (uint32_t) axis; i < x->n_dims; i++)
    n *= x->dims[i];
  return n;
}

static void
forward_mask (const DnnPass *pass, int64_t axis)
{
  const DnnTensor *mask = pass->y_masks[0];
  const int64_t whole = slice_of (mask, axis);
  const int64_t slices = dnn_count (mask) / whole;

  for (int64_t k = 0, at = 0; at < whole; k++) {
    DnnTensor part = *mask;
    int64_t n;

    part.dims[axis] = pass->x[k]->dims[axis];
    n = slice_of (&part, axis);
    for (int64_t i = 0; i < slices * n; i++)
      dnn_f32 (mask)[i / n * whole + at + i % n] =
          (float) dnn_is_real (pass, (uint32_t) k, i, slices * n);
    at += n;
  }
}

static int32_t
forward (const void *self, const DnnHost *host, DnnPass *pass)
{
  const int64_t axis = axis_of (self, pass->y[0]);
  const int64_t whole = slice_of (pass->y[0], axis);
  const int64_t slices = dnn_count (pass->y[0]) / whole;

  (void) host;
  for (int64_t k = 0, at = 0; at < whole; k++) {
    const int64_t n = slice_of (pass->x[k], axis);

    for (int64_t i = 0; i < slices; i++)
      memcpy (dnn_f32 (pass->y[0]) + i * whole + at,
              dnn_f32 (pass->x[k]) + i * n, (size_t) n * sizeof (float));
    at += n;
  }
  if (pass->y_masks[0] != NULL)
    forward_mask (pass, axis);
  return 0;
}

static int32_t
backward (const void *self, const DnnHost *host, DnnPass *pass)
{
  const int64_t axis = axis_of (self, pass->dy[0]);
  const int64_t whole = slice_of (pass->dy[0], axis);
  const int64_t slices = dnn_count (pass->dy[0]) / whole;

  (void) host;
  for (int64_t k = 0, at = 0; at < whole; k++) {
    const int64_t n = slice_of (pass->x[k], axis);

    for (int64_t i = 0; pass->dx[k] != NULL && i < slices; i++)
      memcpy (dnn_f32 (pass->dx[k]) + i * n,
              dnn_f32 (pass->dy[0]) + i * whole + at,
              (size_t) n * sizeof (float));
    at += n;
  }
  return 0;
}

static const DnnLayerOps ops = {
  DNN_LAYER_OPS_MANY (2, 1 << 16, 1),
  .build = build,
  .forward = forward,
  .backward = backward,
};

static const DnnForeign foreign[] = {
  { "onnx", "Concat", "axis=axis", "" },
  { "keras", "Concatenate", "axis=axis", "" },
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  .kind = DNN_KIND_LAYER,
  .name = "concatenate",
  .title = "Concatenate",
  .version = "1.0",
  .summary = "its inputs side by side",
  .reference = "https://keras.io/api/layers/merging_layers/concatenate/",
  .flags = DNN_FLAG_READS_MASK,
  .self_size = sizeof (Concatenate),
  .params = params,
  .n_params = sizeof params / sizeof params[0],
  .param_stride = sizeof params[0],
  .ops = &ops,
  .example_inputs = "2,3; 2,4",
  .foreign = DNN_FOREIGN_TABLE (foreign),
};
