/* weight_normalization - length and direction of a weight's columns apart
 *
 *   y = g v / |v|        v: the weight itself; g and |v|: one for each `axis`
 *
 *   dg = Σ dy v / |v|    dv = g / |v| (dy - dg v / |v|)
 *
 * |v| is taken over all axes but `axis`.  g begins as |v|, so y begins as v.
 * Salimans, Kingma: Weight normalization, NIPS 2016, eq. 2 and 3.
 */
#include <dnn/plugin.h>
#include <math.h>

enum { G };
enum { NORM };

typedef struct {
  int64_t axis;
} WeightNormalization;

static const DnnParam params[] = {
  DNN_INT (WeightNormalization, axis, "-1", -DNN_MAX_DIMS, DNN_MAX_DIMS - 1,
           "axis", "each of this axis has a length of its own; -1: the last"),
};

/* The axis, from 0; what is not there is found in build. */
static int64_t
axis_of (const void *self, const DnnTensor *x)
{
  const int64_t axis = ((const WeightNormalization *) self)->axis;

  return axis < 0 ? axis + x->n_dims : axis;
}

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  const DnnTensor *x = b->x[0];
  const int64_t axis = axis_of (self, x);

  if (axis < 0 || axis >= x->n_dims)
    return host->fail (b, "axis must be one of the weight's %u, not '%lld'",
                       x->n_dims,
                       (long long) ((const WeightNormalization *) self)->axis);
  host->add_weight (b, G, "g", DNN_SHAPE (x->dims[axis]), "ones");
  host->add_saved (b, NORM, DNN_SHAPE (x->dims[axis]));
  host->set_output (b, 0, dnn_shape_of (x));
  host->backward_reads (b, DNN_READS_X);
  return 0;
}

/* Elements of an index of `axis`: `inner` in a row, from `stride` to `stride`.
 */
typedef struct {
  int64_t outer, n, inner;
} Split;

static Split
split (const void *self, const DnnTensor *x)
{
  const int64_t axis = axis_of (self, x);
  Split s = { 1, x->dims[axis], 1 };

  for (int64_t i = 0; i < x->n_dims; i++) {
    s.outer *= i < axis ? x->dims[i] : 1;
    s.inner *= i > axis ? x->dims[i] : 1;
  }
  return s;
}

/* Σ a b over all that lies at index j. */
static double
dot (const Split *s, int64_t j, const float *a, const float *b)
{
  double sum = 0;

  for (int64_t i = 0; i < s->outer; i++)
    for (int64_t k = 0; k < s->inner; k++) {
      const int64_t at = (i * s->n + j) * s->inner + k;

      sum += (double) a[at] * b[at];
    }
  return sum;
}

/* y = a x + b z, of index j; z may be NULL. */
static void
combine (const Split *s, int64_t j, double a, const float *x, double b,
         const float *z, float *y)
{
  for (int64_t i = 0; i < s->outer; i++)
    for (int64_t k = 0; k < s->inner; k++) {
      const int64_t at = (i * s->n + j) * s->inner + k;

      y[at] = (float) (a * x[at] + (z != NULL ? b * z[at] : 0));
    }
}

static int32_t
first (const void *self, const DnnHost *host, DnnPass *pass)
{
  const float *v = dnn_f32 (pass->x[0]);
  float *g = dnn_f32 (pass->w[G]);
  const Split s = split (self, pass->x[0]);

  (void) host;
  for (int64_t j = 0; j < s.n; j++)
    g[j] = (float) sqrt (dot (&s, j, v, v));
  return 0;
}

static int32_t
forward (const void *self, const DnnHost *host, DnnPass *pass)
{
  const float *v = dnn_f32 (pass->x[0]), *g = dnn_f32 (pass->w[G]);
  float *norm = dnn_f32 (pass->saved[NORM]);
  const Split s = split (self, pass->x[0]);

  (void) host;
  for (int64_t j = 0; j < s.n; j++) {
    norm[j] = (float) sqrt (dot (&s, j, v, v));
    combine (&s, j, norm[j] > 0 ? g[j] / norm[j] : 0, v, 0, NULL,
             dnn_f32 (pass->y[0]));
  }
  return 0;
}

static int32_t
backward (const void *self, const DnnHost *host, DnnPass *pass)
{
  const float *v = dnn_f32 (pass->x[0]), *g = dnn_f32 (pass->w[G]);
  const float *dy = dnn_f32 (pass->dy[0]);
  const float *norm = dnn_f32 (pass->saved[NORM]);
  float *dv = dnn_f32 (pass->dx[0]), *dg = dnn_f32 (pass->dw[G]);
  const Split s = split (self, pass->x[0]);

  (void) host;
  for (int64_t j = 0; j < s.n; j++) {
    const double ratio = norm[j] > 0 ? 1 / (double) norm[j] : 0;
    const double slope = ratio * dot (&s, j, dy, v), factor = g[j] * ratio;

    if (dg != NULL)
      dg[j] = (float) slope;
    if (dv != NULL)
      combine (&s, j, factor, dy, -factor * slope * ratio, v, dv);
  }
  return 0;
}

static const DnnLayerOps ops = {
  DNN_LAYER_OPS_1_1 (1), .build = build, .forward = forward,
  .backward = backward,  .first = first,
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  .kind = DNN_KIND_PARAMETRIZATION,
  .name = "weight_normalization",
  .title = "WeightNormalization",
  .version = "1.0",
  .summary = "length and direction of a weight's columns apart",
  .reference = "Salimans, Kingma: Weight normalization, NIPS 2016",
  .self_size = sizeof (WeightNormalization),
  .params = DNN_PARAM_TABLE (params),
  .ops = &ops,
};
