/* random_crop - a part of each picture, anywhere in training
 *
 *   y[n, i, j, c] = x[n, i + r[n], j + s[n], c]    x: N×H×W×C
 *                                                  y: N×height×width×C
 *   r ~ 0 ... H - height    s ~ 0 ... W - width
 *
 * The corner goes by the sample's row and the epoch (Keras draws one for the
 * whole batch).  Outside of training, and if x is not larger than y along both
 * axes: the middle of x that has y's proportions, resized, bilinear.
 * dL/dx: sums of dL/dy, by the same weights.
 */
#include <dnn/plugin.h>
#include <string.h>

typedef struct {
  int64_t height;
  int64_t width;
} RandomCrop;

static const DnnParam params[] = {
  DNN_INT_REQUIRED (RandomCrop, height, 1, 1 << 20, "elements", "rows of y"),
  DNN_INT_REQUIRED (RandomCrop, width, 1, 1 << 20, "elements", "columns of y"),
};

typedef struct {
  const RandomCrop *self;
  const DnnHost *host;
  const DnnPass *pass;
  int64_t height, width, channels; /* of x */
  const float *from;
  float *to;
} Work;

/* The middle. */
static DnnResampling
measure (const RandomCrop *crop, const DnnTensor *x)
{
  DnnResampling r = dnn_resampling (x);

  r.positions[1] = crop->height;
  r.positions[2] = crop->width;
  r.linear = 1;
  dnn_resampling_keep_aspect (&r);
  return r;
}

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  const int32_t status = dnn_expect_rank (host, b, 2);
  DnnResampling r;

  if (status != 0)
    return status;
  r = measure (self, b->x[0]);
  host->set_output (b, 0, dnn_resampling_output (&r, 2));
  host->backward_reads (b, DNN_READS_NOTHING);
  return 0;
}

static int
is_random (const RandomCrop *crop, const DnnPass *pass, const DnnTensor *x)
{
  return pass->training && x->dims[1] > crop->height &&
         x->dims[2] > crop->width;
}

/* The first element of the sample's crop, within the sample of x. */
static int64_t
draw (const Work *work, int64_t sample)
{
  const int64_t rows = work->height - work->self->height + 1;
  const int64_t columns = work->width - work->self->width + 1;
  float u[2];

  dnn_draw (work->host, work->pass, 0, sample, 2, u);
  return ((int64_t) ((double) u[0] * (double) rows) * work->width +
          (int64_t) ((double) u[1] * (double) columns)) *
         work->channels;
}

static void
forward_samples (void *data, int64_t first, int64_t last, uint32_t worker)
{
  const Work *work = data;
  const int64_t row = work->self->width * work->channels;
  const int64_t x_row = work->width * work->channels;
  float *y = work->to + first * work->self->height * row;

  (void) worker;
  for (int64_t s = first; s < last; s++) {
    const float *x = work->from + s * work->height * x_row + draw (work, s);

    for (int64_t i = 0; i < work->self->height; i++, x += x_row, y += row)
      memcpy (y, x, (size_t) row * sizeof *y);
  }
}

static void
backward_samples (void *data, int64_t first, int64_t last, uint32_t worker)
{
  const Work *work = data;
  const int64_t row = work->self->width * work->channels;
  const int64_t x_row = work->width * work->channels;
  const float *dy = work->from + first * work->self->height * row;

  (void) worker;
  for (int64_t s = first; s < last; s++) {
    float *dx = work->to + s * work->height * x_row;

    memset (dx, 0, (size_t) (work->height * x_row) * sizeof *dx);
    dx += draw (work, s);
    for (int64_t i = 0; i < work->self->height; i++, dx += x_row, dy += row)
      memcpy (dx, dy, (size_t) row * sizeof *dx);
  }
}

static void
run (const void *self, const DnnHost *host, DnnPass *pass, const DnnTensor *x,
     const DnnTensor *from, DnnTensor *to, DnnRange body)
{
  Work work = { self,       host,       pass,           x->dims[1],
                x->dims[2], x->dims[3], dnn_f32 (from), dnn_f32 (to) };

  host->parallel_for (pass, x->dims[0], dnn_grain (x), body, &work);
}

static int32_t
forward (const void *self, const DnnHost *host, DnnPass *pass)
{
  DnnResampling r = measure (self, pass->x[0]);

  if (is_random (self, pass, pass->x[0]))
    run (self, host, pass, pass->x[0], pass->x[0], pass->y[0], forward_samples);
  else
    dnn_resample (host, pass, &r, pass->x[0], pass->y[0]);
  return 0;
}

static int32_t
backward (const void *self, const DnnHost *host, DnnPass *pass)
{
  DnnResampling r;

  if (pass->dx[0] == NULL)
    return 0;
  r = measure (self, pass->dx[0]);
  if (is_random (self, pass, pass->dx[0]))
    run (self, host, pass, pass->dx[0], pass->dy[0], pass->dx[0],
         backward_samples);
  else
    dnn_resample_back (host, pass, &r, pass->dy[0], pass->dx[0]);
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
  .name = "random_crop",
  .title = "RandomCrop",
  .version = "1.0",
  .summary = "a part of each picture, anywhere in training",
  .reference = "https://keras.io/api/layers/preprocessing_layers/"
               "image_augmentation/random_crop/",
  .flags = DNN_FLAG_RANDOM | DNN_FLAG_TRAINING_DIFFERS,
  .self_size = sizeof (RandomCrop),
  .params = DNN_PARAM_TABLE (params),
  .ops = &ops,
  .example = "height=2 width=3",
  .example_inputs = "5,4,2",
};
