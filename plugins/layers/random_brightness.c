/* random_brightness - brightness of pictures changed in training
 *
 *   y[n, p, c] = clip (x[n, p, c] + f[n] (to - from))    x, y: N×H×W×C
 *
 *   f ~ U (-factor, factor), or between two, one for each sample
 *
 *   dL/dx = dL/dy, 0 where y was clipped
 *
 * f goes by the sample's row and the epoch; clip keeps y within value_range,
 * from, to.  The identity outside of training.
 */
#include <dnn/plugin.h>

typedef struct {
  DnnFloats factor;
  DnnFloats value_range; /* from, to */
} RandomBrightness;

static const DnnParam params[] = {
  DNN_FLOATS_REQUIRED (RandomBrightness, factor, -1, 1, "ranges",
                       "darker or brighter: -f to f, or from, to"),
  DNN_ROW (RandomBrightness, value_range, NULL, DNN_PARAM_FLOATS, 0, "0,255",
           -1e30, 1e30, "x", "least and largest value of a pixel", NULL),
};

typedef struct {
  const RandomBrightness *self;
  const DnnHost *host;
  const DnnPass *pass;
  int64_t sample;    /* elements */
  const float *from; /* x, or dy */
  const float *y;    /* in backward */
  float *to;         /* y, or dx */
} Work;

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  const RandomBrightness *brightness = self;
  int32_t status = dnn_expect_rank (host, b, 2);

  if (status == 0)
    status = dnn_expect_factor (host, b, "factor", &brightness->factor);
  if (status == 0)
    status = dnn_expect_value_range (host, b, &brightness->value_range);
  host->set_output (b, 0, dnn_shape_of (b->x[0]));
  host->backward_reads (b, DNN_READS_Y);
  return status;
}

DNN_CLONES static void
forward_samples (void *data, int64_t first, int64_t last, uint32_t worker)
{
  const Work *work = data;
  const double from = work->self->value_range.at[0];
  const double to = work->self->value_range.at[1];
  const float lo = (float) from, hi = (float) to;

  (void) worker;
  for (int64_t s = first; s < last; s++) {
    const float *x = work->from + s * work->sample;
    float *y = work->to + s * work->sample;
    float u, more;

    dnn_draw (work->host, work->pass, 0, s, 1, &u);
    more = (float) (dnn_between (&work->self->factor, -1, (double) u) *
                    (to - from));
    DNN_EACH
    for (int64_t i = 0; i < work->sample; i++) {
      const float value = x[i] + more;

      y[i] = value < lo ? lo : value > hi ? hi : value;
    }
  }
}

DNN_CLONES static void
backward_samples (void *data, int64_t first, int64_t last, uint32_t worker)
{
  const Work *work = data;
  const float lo = (float) work->self->value_range.at[0];
  const float hi = (float) work->self->value_range.at[1];

  (void) worker;
  DNN_EACH
  for (int64_t i = first * work->sample; i < last * work->sample; i++)
    work->to[i] = work->y[i] > lo && work->y[i] < hi ? work->from[i] : 0;
}

static int32_t
run (const void *self, const DnnHost *host, DnnPass *pass,
     const DnnTensor *from, DnnTensor *to, DnnRange body)
{
  Work work = { self,           host,
                pass,           dnn_count (to) / to->dims[0],
                dnn_f32 (from), dnn_f32 (pass->y[0]),
                dnn_f32 (to) };

  if (pass->training)
    host->parallel_for (pass, to->dims[0], dnn_grain (to), body, &work);
  else
    dnn_copy (from, to);
  return 0;
}

static int32_t
forward (const void *self, const DnnHost *host, DnnPass *pass)
{
  return run (self, host, pass, pass->x[0], pass->y[0], forward_samples);
}

static int32_t
backward (const void *self, const DnnHost *host, DnnPass *pass)
{
  if (pass->dx[0] == NULL)
    return 0;
  return run (self, host, pass, pass->dy[0], pass->dx[0], backward_samples);
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
  .name = "random_brightness",
  .title = "RandomBrightness",
  .version = "1.0",
  .summary = "brightness of pictures changed in training",
  .reference = "https://keras.io/api/layers/preprocessing_layers/"
               "image_augmentation/random_brightness/",
  .flags = DNN_FLAG_RANDOM | DNN_FLAG_TRAINING_DIFFERS,
  .self_size = sizeof (RandomBrightness),
  .params = DNN_PARAM_TABLE (params),
  .ops = &ops,
  .example = "factor=0.1 value_range=-9,9",
  .example_inputs = "4,3,2",
};
