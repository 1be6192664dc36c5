/* random_contrast - contrast of pictures changed in training
 *
 *   y[n, p, c] = clip (f (x[n, p, c] - m[n, c]) + m[n, c])    x, y: N×H×W×C
 *
 *   m = mean of x over p    f ~ U (1 - lower, 1 + upper), one for each sample
 *
 *   dL/dx = f g + (1 - f) mean g    g = dL/dy, 0 where y was clipped
 *
 * f goes by the sample's row and the epoch; clip keeps y within value_range.
 * The identity outside of training.
 */
#include <dnn/plugin.h>

typedef struct {
  DnnFloats factor;      /* lower, upper; one number: both */
  DnnFloats value_range; /* from, to */
} RandomContrast;

static const DnnParam params[] = {
  DNN_FLOATS_REQUIRED (RandomContrast, factor, -1, 1, "share",
                       "less contrast and more, at most; or one for both"),
  DNN_ROW (RandomContrast, value_range, NULL, DNN_PARAM_FLOATS, 0, "0,255",
           -1e30, 1e30, "x", "least and largest value of a pixel", NULL),
};

typedef struct {
  const RandomContrast *self;
  const DnnHost *host;
  const DnnPass *pass;
  int64_t pixels;
  int64_t channels;
  const float *from; /* x, or dy */
  const float *y;    /* in backward */
  float *to;         /* y, or dx */
} Work;

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  const RandomContrast *contrast = self;
  int32_t status = dnn_expect_rank (host, b, 2);

  if (status == 0)
    status = dnn_expect_factor (host, b, "factor", &contrast->factor);
  if (status == 0)
    status = dnn_expect_value_range (host, b, &contrast->value_range);
  host->set_output (b, 0, dnn_shape_of (b->x[0]));
  host->backward_reads (b, DNN_READS_Y);
  return status;
}

static float
draw (const Work *work, int64_t sample)
{
  const DnnFloats *factor = &work->self->factor;
  const double lower = factor->at[0], upper = factor->at[factor->n > 1];
  float u;

  dnn_draw (work->host, work->pass, 0, sample, 1, &u);
  return (float) (1 - lower + (lower + upper) * (double) u);
}

static void
forward_samples (void *data, int64_t first, int64_t last, uint32_t worker)
{
  const Work *work = data;
  const float lo = (float) work->self->value_range.at[0];
  const float hi = (float) work->self->value_range.at[1];
  const int64_t n = work->channels;

  (void) worker;
  for (int64_t s = first; s < last; s++)
    for (int64_t c = 0; c < n; c++) {
      const float *x = work->from + s * work->pixels * n + c;
      float *y = work->to + s * work->pixels * n + c;
      const float f = draw (work, s);
      double sum = 0;
      float mean;

      for (int64_t p = 0; p < work->pixels; p++)
        sum += (double) x[p * n];
      mean = (float) (sum / (double) work->pixels);
      for (int64_t p = 0; p < work->pixels; p++) {
        const float value = (x[p * n] - mean) * f + mean;

        y[p * n] = value < lo ? lo : value > hi ? hi : value;
      }
    }
}

static void
backward_samples (void *data, int64_t first, int64_t last, uint32_t worker)
{
  const Work *work = data;
  const float lo = (float) work->self->value_range.at[0];
  const float hi = (float) work->self->value_range.at[1];
  const int64_t n = work->channels;

  (void) worker;
  for (int64_t s = first; s < last; s++)
    for (int64_t c = 0; c < n; c++) {
      const int64_t start = s * work->pixels * n + c;
      const float *y = work->y + start, *dy = work->from + start;
      float *dx = work->to + start;
      const float f = draw (work, s);
      double sum = 0;

      for (int64_t p = 0; p < work->pixels; p++) {
        dx[p * n] = y[p * n] > lo && y[p * n] < hi ? dy[p * n] : 0;
        sum += (double) dx[p * n];
      }
      sum *= (1 - (double) f) / (double) work->pixels;
      for (int64_t p = 0; p < work->pixels; p++)
        dx[p * n] = dx[p * n] * f + (float) sum;
    }
}

static int32_t
run (const void *self, const DnnHost *host, DnnPass *pass,
     const DnnTensor *from, DnnTensor *to, DnnRange body)
{
  Work work = { self,
                host,
                pass,
                to->dims[1] * to->dims[2],
                to->dims[3],
                dnn_f32 (from),
                dnn_f32 (pass->y[0]),
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
  .name = "random_contrast",
  .title = "RandomContrast",
  .version = "1.0",
  .summary = "contrast of pictures changed in training",
  .reference = "https://keras.io/api/layers/preprocessing_layers/"
               "image_augmentation/random_contrast/",
  .flags = DNN_FLAG_RANDOM | DNN_FLAG_TRAINING_DIFFERS,
  .self_size = sizeof (RandomContrast),
  .params = DNN_PARAM_TABLE (params),
  .ops = &ops,
  .example = "factor=0.4 value_range=-9,9",
  .example_inputs = "4,3,2",
};
