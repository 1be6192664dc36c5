/* acme - a bundle: a layer, and the initializer of its weight
 *
 *   y = max (x, 0) + s min (x, 0)    s: one per column, 1/4 at first
 *   dL/dx = dL/dy (x > 0 ? 1 : s)    dL/ds = Σ dL/dy min (x, 0)
 */
#include <dnn/plugin.h>

enum { SLOPE };

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  (void) self;
  if (b->x[0]->n_dims < 2)
    return host->fail (b, "input must be a batch of rows, not of numbers");
  host->add_weight (b, SLOPE, "slope", DNN_SHAPE (dnn_columns (b->x[0])),
                    "acme.quarter");
  host->set_output (b, 0, dnn_shape_of (b->x[0]));
  host->backward_reads (b, DNN_READS_X);
  return 0;
}

static int32_t
forward (const void *self, const DnnHost *host, DnnPass *pass)
{
  const int64_t columns = dnn_columns (pass->x[0]);
  const float *x = dnn_f32 (pass->x[0]), *s = dnn_f32 (pass->w[SLOPE]);
  float *y = dnn_f32 (pass->y[0]);

  (void) self;
  (void) host;
  for (int64_t i = 0; i < dnn_count (pass->x[0]); i++)
    y[i] = x[i] > 0 ? x[i] : s[i % columns] * x[i];
  return 0;
}

static int32_t
backward (const void *self, const DnnHost *host, DnnPass *pass)
{
  const int64_t columns = dnn_columns (pass->x[0]);
  const int64_t n = dnn_count (pass->x[0]);
  const float *x = dnn_f32 (pass->x[0]), *s = dnn_f32 (pass->w[SLOPE]);
  const float *dy = dnn_f32 (pass->dy[0]);
  float *dx = dnn_f32 (pass->dx[0]), *ds = dnn_f32 (pass->dw[SLOPE]);

  (void) self;
  (void) host;
  for (int64_t i = 0; dx != NULL && i < n; i++)
    dx[i] = dy[i] * (x[i] > 0 ? 1 : s[i % columns]);
  for (int64_t j = 0; ds != NULL && j < columns; j++) {
    double sum = 0;

    for (int64_t i = j; i < n; i += columns)
      sum += x[i] > 0 ? 0 : (double) dy[i] * x[i];
    ds[j] = (float) sum;
  }
  return 0;
}

static const DnnLayerOps layer_ops = { DNN_LAYER_OPS (1), build, forward,
                                       backward };

static const DnnPlugin tilted = {
  DNN_PLUGIN_V1,         DNN_KIND_LAYER,
  .name = "acme.tilted", .title = "Tilted",
  .version = "1.0",      .summary = "rectifier with a slope of its own below 0",
  .reference = "",       .ops = &layer_ops,
};

static int32_t
fill (const void *self, const DnnHost *host, DnnFill *f)
{
  (void) self;
  (void) host;
  for (int64_t i = 0; i < dnn_count (f->w); i++)
    dnn_f32 (f->w)[i] = 0.25f;
  return 0;
}

static const DnnInitializerOps initializer_ops = { DNN_INITIALIZER_OPS, fill };

static const DnnPlugin quarter = {
  DNN_PLUGIN_V1,      DNN_KIND_INITIALIZER,    .name = "acme.quarter",
  .title = "Quarter", .version = "1.0",        .summary = "1/4",
  .reference = "",    .ops = &initializer_ops,
};

const DnnPlugin *const dnn_plugins_v1[] = { &tilted, &quarter, NULL };
