/* acme.weight_norm - direction and length of a weight's columns, apart
 *
 *   y = g v / ‖v‖    dg = Σ dy v / ‖v‖    dv = g / ‖v‖ (dy - dg v / ‖v‖)
 *
 * For any weight v of any layer: kernel_parametrization = acme.weight_norm.
 * g begins as ‖v‖.  Salimans, Kingma: Weight normalization, NeurIPS 2016,
 * eq. 3.
 */
#include <dnn/plugin.h>
#include <math.h>

enum { G };

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  (void) self;
  host->add_weight (b, G, "gain", DNN_SHAPE (dnn_columns (b->x[0])), "ones");
  host->set_output (b, 0, dnn_shape_of (b->x[0]));
  host->backward_reads (b, DNN_READS_X);
  return 0;
}

/* Σ a b of column j. */
static double
dot (const DnnTensor *a, const DnnTensor *b, int64_t j)
{
  double sum = 0;

  for (int64_t i = j; i < dnn_count (a); i += dnn_columns (a))
    sum += (double) dnn_f32 (a)[i] * dnn_f32 (b)[i];
  return sum;
}

static int32_t
first (const void *self, const DnnHost *host, DnnPass *pass)
{
  (void) self;
  (void) host;
  for (int64_t j = 0; j < dnn_columns (pass->x[0]); j++)
    dnn_f32 (pass->w[G])[j] = (float) sqrt (dot (pass->x[0], pass->x[0], j));
  return 0;
}

static int32_t
forward (const void *self, const DnnHost *host, DnnPass *pass)
{
  const DnnTensor *v = pass->x[0];
  const int64_t u = dnn_columns (v);

  (void) self;
  (void) host;
  for (int64_t j = 0; j < u; j++) {
    const double ratio = dnn_f32 (pass->w[G])[j] / sqrt (dot (v, v, j) + 1e-24);

    for (int64_t i = j; i < dnn_count (v); i += u)
      dnn_f32 (pass->y[0])[i] = (float) (ratio * dnn_f32 (v)[i]);
  }
  return 0;
}

static int32_t
backward (const void *self, const DnnHost *host, DnnPass *pass)
{
  const DnnTensor *v = pass->x[0], *dy = pass->dy[0];
  const int64_t u = dnn_columns (v);

  (void) self;
  (void) host;
  for (int64_t j = 0; j < u; j++) {
    const double norm = sqrt (dot (v, v, j) + 1e-24);
    const double g = dnn_f32 (pass->w[G])[j], dg = dot (dy, v, j) / norm;

    if (pass->dw[G] != NULL)
      dnn_f32 (pass->dw[G])[j] = (float) dg;
    for (int64_t i = j; pass->dx[0] != NULL && i < dnn_count (v); i += u)
      dnn_f32 (pass->dx[0])[i] =
          (float) (g / norm * (dnn_f32 (dy)[i] - dg * dnn_f32 (v)[i] / norm));
  }
  return 0;
}

static const DnnLayerOps ops = { DNN_LAYER_OPS_1_1 (1), .build = build,
                                 .forward = forward, .backward = backward,
                                 .first = first };

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  .kind = DNN_KIND_PARAMETRIZATION,
  .name = "acme.weight_norm",
  .title = "WeightNorm",
  .version = "2.0",
  .summary = "direction and length of a weight's columns, apart",
  .reference = "Salimans, Kingma: Weight normalization, NeurIPS 2016",
  .ops = &ops,
};
