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

static const DnnParam params[] = {
  DNN_FLOATS_REQUIRED (Discretization, bin_boundaries, -1e30, 1e30, "x",
                       "where a bin ends and the next begins, rising"),
  DNN_ENUM (Discretization, output_mode, "int", DNN_ENCODINGS,
            "what a bin becomes"),
};

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  const Discretization *d = self;
  const DnnFloats *at = &d->bin_boundaries;

  for (int64_t k = 1; k < at->n; k++)
    if (!(at->at[k - 1] < at->at[k]))
      return host->fail (b, "bin_boundaries must rise, and '%g' is behind '%g'",
                         at->at[k], at->at[k - 1]);
  return dnn_encoding_build (host, b, d->output_mode, at->n + 1);
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
  const float *x = dnn_f32 (pass->x[0]);

  (void) host;
  dnn_encoding_begin (pass);
  for (int64_t i = 0, n = dnn_count (pass->x[0]); i < n; i++)
    dnn_encode (pass, d->output_mode, d->bin_boundaries.n + 1, i,
                bin_of (&d->bin_boundaries, x[i]));
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
