/* discretization - which of several bins a number is in
 *
 *   bin of x = how many of bin_boundaries are ≤ x    0 .. K, with K boundaries
 *
 *   int:        y = the bin, in the shape of x
 *   one_hot:    y[..., k] = 1 where the bin is k: an axis more, but where the
 *               last axis is 1, which then becomes K + 1
 *   multi_hot:  y[k] = 1 where a number of the last axis is in bin k
 *   count:      y[k] = how many numbers of the last axis are in bin k
 *
 * It has no slope: dx = 0.  NaN is in no bin before the last, as in NumPy.
 * Keras' count goes over the first axis after the batch, which is the same for
 * a row of numbers.
 */
#include <dnn/plugin.h>
#include <string.h>

typedef struct {
  DnnFloats bin_boundaries;
  int32_t output_mode;
} Discretization;

enum { INT, ONE_HOT, MULTI_HOT, COUNT };

static const DnnParam params[] = {
  DNN_FLOATS_REQUIRED (Discretization, bin_boundaries, -1e30, 1e30, "x",
                       "where a bin ends and the next begins, rising"),
  DNN_ENUM (Discretization, output_mode, "int", "int one_hot multi_hot count",
            "what a bin becomes"),
};

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  const Discretization *d = self;
  const DnnFloats *at = &d->bin_boundaries;
  DnnShape shape = dnn_shape_of (b->x[0]);

  for (int64_t k = 1; k < at->n; k++)
    if (!(at->at[k - 1] < at->at[k]))
      return host->fail (b, "bin_boundaries must rise, and '%g' is behind '%g'",
                         at->at[k], at->at[k - 1]);
  if (d->output_mode != INT && shape.n_dims < 2)
    return host->fail (b, "input must be a batch of rows, not of numbers");
  if (d->output_mode == ONE_HOT && dnn_columns (b->x[0]) > 1)
    shape.n_dims++;
  if (shape.n_dims > DNN_MAX_DIMS)
    return host->fail (b, "input must have less than %d dimensions",
                       DNN_MAX_DIMS);
  if (d->output_mode != INT)
    shape.dims[shape.n_dims - 1] = at->n + 1;
  host->set_output (b, 0, shape);
  host->backward_reads (b, DNN_READS_NOTHING);
  return 0;
}

static int64_t
bin_of (const DnnFloats *at, float x)
{
  int64_t n = 0;

  for (int64_t k = 0; k < at->n; k++)
    n += !(x < (float) at->at[k]);
  return n;
}

static int32_t
forward (const void *self, const DnnHost *host, DnnPass *pass)
{
  const Discretization *d = self;
  const int64_t n = dnn_count (pass->x[0]), bins = d->bin_boundaries.n + 1;
  const int64_t set = d->output_mode == ONE_HOT ? 1 : dnn_columns (pass->x[0]);
  const float *x = dnn_f32 (pass->x[0]);
  float *y = dnn_f32 (pass->y[0]);

  (void) host;
  memset (y, 0, (size_t) dnn_count (pass->y[0]) * sizeof *y);
  for (int64_t i = 0; i < n; i++) {
    const int64_t bin = bin_of (&d->bin_boundaries, x[i]);
    float *row = y + i / set * bins;

    if (d->output_mode == INT)
      y[i] = (float) bin;
    else
      row[bin] = d->output_mode == COUNT ? row[bin] + 1 : 1;
  }
  return 0;
}

static int32_t
backward (const void *self, const DnnHost *host, DnnPass *pass)
{
  (void) self;
  (void) host;
  if (pass->dx[0] != NULL)
    memset (pass->dx[0]->data, 0,
            (size_t) dnn_count (pass->dx[0]) * sizeof (float));
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
  .name = "discretization",
  .title = "Discretization",
  .version = "1.0",
  .summary = "which of several bins a number is in",
  .reference = "https://keras.io/api/layers/preprocessing_layers/numerical/"
               "discretization/",
  .self_size = sizeof (Discretization),
  .params = DNN_PARAM_TABLE (params),
  .ops = &ops,
  .example = "bin_boundaries=-0.5,0,0.5",
};
