/* spatial_dropout - drops random channels in training
 *
 *   y[n, p, c] = m[n, c] x[n, p, c]    dL/dx = m dL/dy
 *   m = 1 / (1 - rate)                 u ≥ rate
 *       0                              otherwise
 *
 * with u ~ U [0, 1) for every channel of a sample: neighbours in a picture say
 * about the same, so that dropping one of them drops nothing.  The identity
 * outside of training.
 * Tompson, Goroshin, Jain, LeCun, Bregler: Efficient object localization using
 * convolutional networks, CVPR 2015, section 3.2.
 */
#include <dnn/plugin.h>
#include <string.h>

typedef struct {
  int64_t rank;
  double rate;
} SpatialDropout;

enum { MASK };

static const DnnParam params[] = {
  DNN_INT (SpatialDropout, rank, "2", 1, DNN_MAX_AXES, "axes",
           "axes between the batch and the channels"),
  DNN_FLOAT_REQUIRED (SpatialDropout, rate, 0, 1, "share",
                      "share of channels dropped"),
};

typedef struct {
  int64_t positions;
  int64_t channels;
  const float *mask;
  const float *from;
  float *to;
} Work;

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  const DnnTensor *x = b->x[0];
  const int32_t status =
      dnn_expect_rank (host, b, ((const SpatialDropout *) self)->rank);

  if (status != 0)
    return status;
  host->add_saved (b, MASK, DNN_SHAPE (x->dims[0], dnn_columns (x)));
  host->set_output (b, 0, dnn_shape_of (x));
  host->backward_reads (b, DNN_READS_NOTHING);
  return 0;
}

DNN_CLONES static void
multiply_samples (void *data, int64_t first, int64_t last, uint32_t worker)
{
  const Work *work = data;
  const int64_t channels = work->channels;

  (void) worker;
  for (int64_t i = first * work->positions; i < last * work->positions; i++) {
    const float *mask = work->mask + i / work->positions * channels;

    DNN_EACH
    for (int64_t c = 0; c < channels; c++)
      work->to[i * channels + c] = mask[c] * work->from[i * channels + c];
  }
}

/* to = m from in training, else from; they may be the same. */
static void
apply (const DnnHost *host, DnnPass *pass, const DnnTensor *from, DnnTensor *to)
{
  Work work = { dnn_rows (to) / to->dims[0], dnn_columns (to),
                dnn_f32 (pass->saved[MASK]), dnn_f32 (from), dnn_f32 (to) };

  if (pass->training)
    host->parallel_for (pass, to->dims[0], dnn_grain (to), multiply_samples,
                        &work);
  else if (to->data != from->data)
    memcpy (to->data, from->data, (size_t) dnn_count (to) * sizeof (float));
}

static int32_t
forward (const void *self, const DnnHost *host, DnnPass *pass)
{
  const double rate = ((const SpatialDropout *) self)->rate;
  const float limit = (float) rate, kept = (float) (1 / (1 - rate));
  float *mask = dnn_f32 (pass->saved[MASK]);
  const int64_t n = pass->training ? dnn_count (pass->saved[MASK]) : 0;

  if (pass->training)
    host->random (pass, 0, DNN_UNIFORM, 0, n, mask);
  for (int64_t i = 0; i < n; i++)
    mask[i] = mask[i] >= limit ? kept : 0;
  apply (host, pass, pass->x[0], pass->y[0]);
  return 0;
}

static int32_t
backward (const void *self, const DnnHost *host, DnnPass *pass)
{
  (void) self;
  if (pass->dx[0] != NULL)
    apply (host, pass, pass->dy[0], pass->dx[0]);
  return 0;
}

static const DnnLayerOps ops = {
  DNN_LAYER_OPS (1),
  .build = build,
  .forward = forward,
  .backward = backward,
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  .kind = DNN_KIND_LAYER,
  .name = "spatial_dropout",
  .title = "SpatialDropout",
  .version = "1.0",
  .summary = "drops random channels in training",
  .reference = "Tompson et al.: Efficient object localization using "
               "convolutional networks, CVPR 2015",
  .flags = DNN_FLAG_IN_PLACE | DNN_FLAG_RANDOM | DNN_FLAG_TRAINING_DIFFERS |
           DNN_FLAG_KEEPS_MASK,
  .self_size = sizeof (SpatialDropout),
  .params = DNN_PARAM_TABLE (params),
  .ops = &ops,
  .example = "rank=2 rate=0.4",
  .example_inputs = "3,2,4",
};
