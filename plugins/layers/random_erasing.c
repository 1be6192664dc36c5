/* random_erasing - a box of each picture erased in training
 *
 *   y[n, i, j, c] = v     ⌈top⌉ ≤ i < bottom, left ≤ j < right, u < q
 *                   x     otherwise                          x, y: N×H×W×C
 *
 *   q ~ U (0, factor), or between two    u ~ U (0, 1)
 *   right - left = W √s    bottom - top = H √t    s, t ~ U (scale)
 *
 * The box lies anywhere within the picture.  v is fill_value or, where there
 * is none, noise: normal times the end of value_range, kept within it.  As in
 * Keras q is itself drawn, so that factor=1 erases half of the pictures.
 * Draws go by the sample's row and the epoch.  dL/dx = dL/dy, 0 in the box.
 * The identity outside of training.
 * Zhong, Zheng, Kang, Li, Yang: Random erasing data augmentation, AAAI 2020.
 */
#include <dnn/plugin.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

typedef struct {
  DnnFloats factor;
  DnnFloats scale;
  DnnFloats fill_value; /* empty: noise; one number, or one a channel */
  DnnFloats value_range;
} RandomErasing;

enum { CHANCE, SCORE, WIDTH, HEIGHT, LEFT, TOP, N_DRAWS };
enum { BOX_STREAM, NOISE_STREAM };

#define LIST(member, initial, min, max, unit, help)                            \
  DNN_ROW (RandomErasing, member, NULL, DNN_PARAM_FLOATS, 0, initial, min,     \
           max, unit, help, NULL)

static const DnnParam params[] = {
  LIST (factor, "1", 0, 1, "share",
        "largest chance of erasing, or from, to, between which it is drawn"),
  LIST (scale, "0.02,0.33", 0, 1, "share",
        "squares of the box's share of width and height, from, to"),
  LIST (fill_value, "", -1e30, 1e30, "x",
        "of the box: one number, or one for each channel; none: noise"),
  LIST (value_range, "0,255", -1e30, 1e30, "x",
        "least and largest value of a pixel"),
};

typedef struct {
  const RandomErasing *self;
  const DnnHost *host;
  const DnnPass *pass;
  int64_t height;
  int64_t width;
  int64_t channels;
  float *to; /* y, or dx */
  bool backward;
} Work;

/* Rows and columns from .. to - 1; none where to <= from. */
typedef struct {
  int64_t rows[2];
  int64_t columns[2];
} Box;

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  const RandomErasing *e = self;
  const int64_t n = e->fill_value.n;
  int32_t status = dnn_expect_rank (host, b, 2);

  if (status == 0)
    status = dnn_expect_factor (host, b, "factor", &e->factor);
  if (status == 0)
    status = dnn_expect_factor (host, b, "scale", &e->scale);
  if (status == 0)
    status = dnn_expect_value_range (host, b, &e->value_range);
  if (status == 0 && n > 1 && n != dnn_columns (b->x[0]))
    return host->fail (
        b,
        "fill_value must be one number or one for each of %d channels, not "
        "%d numbers",
        (int) dnn_columns (b->x[0]), (int) n);
  host->set_output (b, 0, dnn_shape_of (b->x[0]));
  host->backward_reads (b, DNN_READS_NOTHING);
  return status;
}

/* The pixels of 0 .. size - 1 within a part of that share. */
static void
cut (int64_t size, double share, double u, int64_t ret_from_to[2])
{
  const double length = share * (double) size;
  const double start = u * ((double) size - length);
  const double end = ceil (start + length);

  ret_from_to[0] = (int64_t) ceil (start);
  ret_from_to[1] = end < (double) size ? (int64_t) end : size;
}

static Box
draw (const Work *work, int64_t sample)
{
  const RandomErasing *e = work->self;
  Box box = { { 0, 0 }, { 0, 0 } };
  float u[N_DRAWS];
  double s, t;

  dnn_draw (work->host, work->pass, BOX_STREAM, sample, N_DRAWS, u);
  if ((double) u[SCORE] >= dnn_between (&e->factor, 0, (double) u[CHANCE]))
    return box;
  s = dnn_between (&e->scale, 0, (double) u[WIDTH]);
  t = dnn_between (&e->scale, 0, (double) u[HEIGHT]);
  cut (work->width, sqrt (s), (double) u[LEFT], box.columns);
  cut (work->height, sqrt (t), (double) u[TOP], box.rows);
  return box;
}

/* n elements of row `row` from column `column` on. */
static void
fill (const Work *work, int64_t sample, int64_t row, int64_t column, int64_t n,
      float *y)
{
  const RandomErasing *e = work->self;
  const int64_t size = work->height * work->width * work->channels;
  const int64_t at = (row * work->width + column) * work->channels;
  const float lo = (float) e->value_range.at[0];
  const float hi = (float) e->value_range.at[1];
  const bool noise = e->fill_value.n == 0;

  if (noise)
    work->host->random (work->pass, NOISE_STREAM, DNN_NORMAL | DNN_BY_EPOCH,
                        (int64_t) dnn_row_of (work->pass, sample) * size + at,
                        n, y);
  for (int64_t i = 0; i < n; i++) {
    const int64_t c = e->fill_value.n > 1 ? i % work->channels : 0;
    const float value = noise ? y[i] * hi : (float) e->fill_value.at[c];

    y[i] = value < lo ? lo : value > hi ? hi : value;
  }
}

static void
erase_samples (void *data, int64_t first, int64_t last, uint32_t worker)
{
  const Work *work = data;

  (void) worker;
  for (int64_t s = first; s < last; s++) {
    const Box box = draw (work, s);
    const int64_t n = (box.columns[1] - box.columns[0]) * work->channels;

    for (int64_t i = box.rows[0]; i < box.rows[1] && n > 0; i++) {
      float *y =
          work->to + ((s * work->height + i) * work->width + box.columns[0]) *
                         work->channels;

      if (work->backward)
        memset (y, 0, (size_t) n * sizeof *y);
      else
        fill (work, s, i, box.columns[0], n, y);
    }
  }
}

static int32_t
run (const void *self, const DnnHost *host, DnnPass *pass,
     const DnnTensor *from, DnnTensor *to, bool backward)
{
  Work work = { self,        host,        pass,         to->dims[1],
                to->dims[2], to->dims[3], dnn_f32 (to), backward };

  dnn_copy (from, to);
  if (pass->training)
    host->parallel_for (pass, to->dims[0], dnn_grain (to), erase_samples,
                        &work);
  return 0;
}

static int32_t
forward (const void *self, const DnnHost *host, DnnPass *pass)
{
  return run (self, host, pass, pass->x[0], pass->y[0], false);
}

static int32_t
backward (const void *self, const DnnHost *host, DnnPass *pass)
{
  if (pass->dx[0] == NULL)
    return 0;
  return run (self, host, pass, pass->dy[0], pass->dx[0], true);
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
  .name = "random_erasing",
  .title = "RandomErasing",
  .version = "1.0",
  .summary = "a box of each picture erased in training",
  .reference = "Zhong et al.: Random erasing data augmentation, AAAI 2020",
  .flags = DNN_FLAG_IN_PLACE | DNN_FLAG_RANDOM | DNN_FLAG_TRAINING_DIFFERS,
  .self_size = sizeof (RandomErasing),
  .params = DNN_PARAM_TABLE (params),
  .ops = &ops,
  .example = "value_range=-9,9",
  .example_inputs = "5,4,2",
};
