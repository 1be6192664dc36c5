/* global_pooling - the largest or the mean of each channel
 *
 *   max:      y[n, c] = max over p of x[n, p, c]
 *             dL/dx: dL/dy, in equal shares to all that are largest
 *   average:  y[n, c] = mean over p of x[n, p, c]    dL/dx = dL/dy / P
 *
 *   x: N×D₁…×C, P positions a sample    y: N×C; N×1…×C with keepdims
 *
 * Unlike windows, whose first maximum takes it all: as in Keras.  Where x has a
 * mask, p counts the real positions alone; y is 0 where there is none.
 */
#include <dnn/plugin.h>
#include <math.h>
#include <stdbool.h>

typedef struct {
  int64_t rank;
  int32_t pool; /* MAX or AVERAGE */
  bool keepdims;
} GlobalPooling;

enum { MAX, AVERAGE };
enum { BLOCK = 64 }; /* channels at a time */

static const DnnParam params[] = {
  DNN_INT (GlobalPooling, rank, "2", 1, DNN_MAX_AXES, "axes",
           "axes between the batch and the channels"),
  DNN_ENUM (GlobalPooling, pool, "max", "max average",
            "what is taken of a channel"),
  DNN_BOOL (GlobalPooling, keepdims, "false",
            "keep the axes, with a size of 1"),
};

typedef struct {
  int32_t pool;
  int64_t positions;   /* P */
  int64_t channels;    /* C */
  const DnnPass *pass; /* for its mask */
  int64_t rows;        /* N P */
  const float *x;
  const float *y;
  const float *dy;
  float *to; /* y or dx */
} Work;

static Work
work_of (const GlobalPooling *pooling, const DnnPass *pass)
{
  const int64_t rows = dnn_rows (pass->x[0]);

  return (Work){ .pool = pooling->pool,
                 .channels = dnn_columns (pass->x[0]),
                 .positions = rows / pass->x[0]->dims[0],
                 .pass = pass,
                 .rows = rows };
}

/* n if position p of sample i is real, else 0. */
static int64_t
if_real (const Work *work, int64_t i, int64_t p, int64_t n)
{
  p += i * work->positions;
  return dnn_is_real (work->pass, 0, p, work->rows) ? n : 0;
}

static int64_t
count_real (const Work *work, int64_t i)
{
  int64_t n = 0;

  for (int64_t p = 0; p < work->positions; p++)
    n += if_real (work, i, p, 1);
  return n;
}

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  const GlobalPooling *pooling = self;
  const DnnTensor *x = b->x[0];
  const int32_t status = dnn_expect_rank (host, b, pooling->rank);
  DnnShape y = DNN_SHAPE (x->dims[0], dnn_columns (x));

  if (status != 0)
    return status;
  for (; pooling->keepdims && y.n_dims < x->n_dims; y.n_dims++) {
    y.dims[y.n_dims - 1] = 1;
    y.dims[y.n_dims] = dnn_columns (x);
  }
  if (dnn_masked_axes (b, 0) == x->n_dims)
    return host->fail (b, "its input is padded along the channels");
  if (dnn_masked_axes (b, 0) == 1) /* whole samples are padding */
    host->set_mask (b, DNN_MASK_OF_X0);
  host->set_output (b, 0, y);
  host->backward_reads (b, pooling->pool == MAX ? DNN_READS_X | DNN_READS_Y
                                                : DNN_READS_NOTHING);
  return 0;
}

/* Of n channels of sample i; in double, as P may be large. */
static void
mean_of (const Work *work, int64_t i, const float *x, int64_t n, float *y)
{
  const int64_t count = count_real (work, i);
  double sums[BLOCK] = { 0 };

  for (int64_t p = 0; p < work->positions; p++, x += work->channels)
    for (int64_t c = 0, end = if_real (work, i, p, n); c < end; c++)
      sums[c] += x[c];
  for (int64_t c = 0; c < n; c++)
    y[c] = count > 0 ? (float) (sums[c] / (double) count) : 0;
}

/* Of n channels; NaN where one is. */
static void
max_of (const Work *work, int64_t i, const float *x, int64_t n, float *y)
{
  const bool any = count_real (work, i) > 0;
  float max[BLOCK];

  for (int64_t c = 0; c < n; c++)
    max[c] = any ? -INFINITY : 0;
  for (int64_t p = 0; p < work->positions; p++, x += work->channels)
    for (int64_t c = 0, end = if_real (work, i, p, n); c < end; c++)
      max[c] = (x[c] > max[c]) | (x[c] != x[c]) ? x[c] : max[c];
  for (int64_t c = 0; c < n; c++)
    y[c] = max[c];
}

/* dx = share where x is the largest, of n channels. */
static void
spread_max (const Work *work, int64_t i, const float *x, const float *y,
            const float *dy, int64_t n, float *dx)
{
  float share[BLOCK] = { 0 };

  for (int64_t p = 0; p < work->positions; p++)
    for (int64_t c = 0, end = if_real (work, i, p, n); c < end; c++)
      share[c] += x[p * work->channels + c] == y[c] ? 1 : 0;
  for (int64_t c = 0; c < n; c++)
    share[c] = dy[c] / share[c];
  for (int64_t p = 0; p < work->positions; p++) {
    const int64_t at = p * work->channels, end = if_real (work, i, p, n);

    for (int64_t c = 0; c < n; c++)
      dx[at + c] = c < end && x[at + c] == y[c] ? share[c] : 0;
  }
}

static void
spread_mean (const Work *work, int64_t i, const float *dy, int64_t n, float *dx)
{
  const float share = 1 / (float) count_real (work, i);

  for (int64_t p = 0; p < work->positions; p++, dx += work->channels)
    for (int64_t c = 0, end = if_real (work, i, p, n); c < n; c++)
      dx[c] = c < end ? share * dy[c] : 0;
}

DNN_CLONES static void
forward_samples (void *data, int64_t first, int64_t last, uint32_t worker)
{
  const Work *work = data;
  const int64_t channels = work->channels, size = work->positions * channels;

  (void) worker;
  for (int64_t i = first; i < last; i++)
    for (int64_t c = 0; c < channels; c += BLOCK) {
      const int64_t n = channels - c < BLOCK ? channels - c : BLOCK;
      const float *x = work->x + i * size + c;

      if (work->pool == MAX)
        max_of (work, i, x, n, work->to + i * channels + c);
      else
        mean_of (work, i, x, n, work->to + i * channels + c);
    }
}

DNN_CLONES static void
backward_samples (void *data, int64_t first, int64_t last, uint32_t worker)
{
  const Work *work = data;
  const int64_t channels = work->channels, size = work->positions * channels;

  (void) worker;
  for (int64_t i = first; i < last; i++)
    for (int64_t c = 0; c < channels; c += BLOCK) {
      const int64_t n = channels - c < BLOCK ? channels - c : BLOCK;
      const int64_t at = i * channels + c;
      float *dx = work->to + i * size + c;

      if (work->pool == MAX)
        spread_max (work, i, work->x + i * size + c, work->y + at,
                    work->dy + at, n, dx);
      else
        spread_mean (work, i, work->dy + at, n, dx);
    }
}

static int32_t
forward (const void *self, const DnnHost *host, DnnPass *pass)
{
  Work work = work_of (self, pass);

  work.x = dnn_f32 (pass->x[0]);
  work.to = dnn_f32 (pass->y[0]);
  host->parallel_for (pass, pass->x[0]->dims[0], dnn_grain (pass->x[0]),
                      forward_samples, &work);
  return 0;
}

static int32_t
backward (const void *self, const DnnHost *host, DnnPass *pass)
{
  Work work;

  if (pass->dx[0] == NULL)
    return 0;
  work = work_of (self, pass);
  work.x = dnn_f32 (pass->x[0]);
  work.y = dnn_f32 (pass->y[0]);
  work.dy = dnn_f32 (pass->dy[0]);
  work.to = dnn_f32 (pass->dx[0]);
  host->parallel_for (pass, pass->dx[0]->dims[0], dnn_grain (pass->dx[0]),
                      backward_samples, &work);
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
  .name = "global_pooling",
  .title = "GlobalPooling",
  .version = "1.0",
  .summary = "the largest or the mean of each channel",
  .reference = "Lin, Chen, Yan: Network in network, ICLR 2014",
  .flags = DNN_FLAG_READS_MASK,
  .self_size = sizeof (GlobalPooling),
  .params = DNN_PARAM_TABLE (params),
  .ops = &ops,
  .example = "rank=2",
  .example_inputs = "3,2,4",
};
