/* glu - one half of its input, gated by the other
 *
 *   y = a σ(b)    a, b: the first and the second half of x along `axis`
 *
 *   dL/da = σ(b) dL/dy    dL/db = a σ(b) (1 - σ(b)) dL/dy
 *
 * A layer, as an activation leaves the shape as it is.
 * Dauphin, Fan, Auli, Grangier: Language modeling with gated convolutional
 * networks, ICML 2017, eq. 1.
 */
#include <dnn/plugin.h>

typedef struct {
  int64_t axis;
} Glu;

static const DnnParam params[] = {
  DNN_INT (Glu, axis, "-1", -DNN_MAX_DIMS, DNN_MAX_DIMS - 1, "axis",
           "what is halved; -1: the last, 0 is the batch"),
};

/* The size along the axis, and the numbers between neighbours on it. */
typedef struct {
  int64_t axis, size, inner;
} Axis;

static Axis
axis_of (const Glu *glu, const DnnTensor *x)
{
  Axis a = { glu->axis + (glu->axis < 0 ? x->n_dims : 0), 0, 1 };

  if (a.axis < 0 || a.axis >= x->n_dims)
    return a;
  a.size = x->dims[a.axis];
  for (int64_t k = a.axis + 1; k < x->n_dims; k++)
    a.inner *= x->dims[k];
  return a;
}

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  const Axis a = axis_of (self, b->x[0]);
  DnnShape shape = dnn_shape_of (b->x[0]);

  if (a.axis < 1 || a.axis >= shape.n_dims)
    return host->fail (b, "axis must be 1 to %d or its negative, not '%lld'",
                       (int) shape.n_dims - 1,
                       (long long) ((const Glu *) self)->axis);
  if (a.size % 2 != 0)
    return host->fail (b,
                       "an axis that is halved must have an even size, not "
                       "'%lld'",
                       (long long) a.size);
  shape.dims[a.axis] /= 2;
  if (dnn_masked_axes (b, 0) > 0 && dnn_masked_axes (b, 0) <= a.axis)
    host->set_mask (b, DNN_MASK_OF_X0);
  host->set_output (b, 0, shape);
  host->backward_reads (b, DNN_READS_X);
  return 0;
}

static int32_t
forward (const void *self, const DnnHost *host, DnnPass *pass)
{
  const Axis a = axis_of (self, pass->x[0]);
  const int64_t half = a.size / 2 * a.inner, n = dnn_count (pass->y[0]);
  const float *x = dnn_f32 (pass->x[0]);
  float *y = dnn_f32 (pass->y[0]);

  for (int64_t i = 0; i < n; i += half, x += 2 * half, y += half) {
    host->sigmoid (x + half, y, half);
    for (int64_t j = 0; j < half; j++)
      y[j] *= x[j];
  }
  return 0;
}

static int32_t
backward (const void *self, const DnnHost *host, DnnPass *pass)
{
  const Axis a = axis_of (self, pass->x[0]);
  const int64_t half = a.size / 2 * a.inner, n = dnn_count (pass->dy[0]);
  const float *x = dnn_f32 (pass->x[0]), *dy = dnn_f32 (pass->dy[0]);
  float *dx = dnn_f32 (pass->dx[0]);

  for (int64_t i = 0; dx != NULL && i < n;
       i += half, x += 2 * half, dx += 2 * half, dy += half) {
    host->sigmoid (x + half, dx, half);
    for (int64_t j = 0; j < half; j++) {
      const float s = dx[j];

      dx[half + j] = x[j] * s * (1 - s) * dy[j];
      dx[j] = s * dy[j];
    }
  }
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
  .name = "glu",
  .title = "GLU",
  .version = "1.0",
  .summary = "one half of its input, gated by the other",
  .reference = "Dauphin, Fan, Auli, Grangier: Language modeling with gated "
               "convolutional networks, ICML 2017",
  .self_size = sizeof (Glu),
  .params = DNN_PARAM_TABLE (params),
  .ops = &ops,
  .example_inputs = "6",
};
