/* conv-depthwise.c - every channel has a filter of its own
 *
 *   y[p, c] = Σ_t w[t, c] x[p stride + t dilation - before, c] + b[c]
 *
 * Channels lie side by side, so that a loop over them is vector code; each
 * position's sums stay in the first cache.  A number of x is used as often as
 * the window has taps: memory decides.
 */
#include "dnn-conv-private.h"

#include <string.h>

/* Operations in a nanosecond, about. */
#define SPEED 10.0

static bool
takes (const DnnConv *self)
{
  return self->group_channels == 1 && self->group_filters == 1;
}

static int64_t
worker_room (const DnnConv *self)
{
  (void) self;
  return 0;
}

static int64_t
shared_room (const DnnConv *self)
{
  const int64_t n = dnn_conv_count_parts (self, self->windows.batch);

  return self->n_taps * self->filters * (n - 1);
}

static double
work (const DnnConv *self)
{
  return 2.0 * (double) self->windows.batch * (double) self->n_positions *
         (double) (self->n_taps * self->filters) / SPEED;
}

typedef struct {
  const DnnConv *conv;
  const DnnConvCall *call;
  int64_t n_parts;
} Job;

/* Takes in the pixel that a tap of a window meets. */
typedef void (*Meet) (const Job *job, int64_t tap, int64_t pixel, int64_t row,
                      float *out);

/* Every tap of row `row` of A that lies inside. */
static inline __attribute__ ((always_inline)) void
meet_pixels (const Job *job, int64_t row, const DnnConvPlace *place, float *out,
             const Meet meet)
{
  const DnnWindows *w = &job->conv->windows;
  int64_t first[DNN_MAX_AXES], last[DNN_MAX_AXES], start[DNN_MAX_AXES];

  for (uint32_t i = 0; i < DNN_MAX_AXES; i++) {
    dnn_windows_inside (w, i, place->position[i], &first[i], &last[i]);
    start[i] = place->position[i] * w->stride[i] - w->before[i];
  }
  for (int64_t a = first[0]; a < last[0]; a++)
    for (int64_t b = first[1]; b < last[1]; b++)
      for (int64_t c = first[2]; c < last[2]; c++) {
        const int64_t i =
            place->sample * w->size[0] + start[0] + a * w->dilation[0];
        const int64_t j = i * w->size[1] + start[1] + b * w->dilation[1];
        const int64_t k = j * w->size[2] + start[2] + c * w->dilation[2];

        meet (job, (a * w->taps[1] + b) * w->taps[2] + c, k, row, out);
      }
}

/* --- forward ------------------------------------------------------------- */

static inline void
multiply (const Job *job, int64_t tap, int64_t pixel, int64_t row, float *out)
{
  const int64_t n = job->conv->filters;
  const float *w = job->call->W + tap * n, *x = job->call->x + pixel * n;
  float *restrict y = out + row * n;

  for (int64_t c = 0; c < n; c++)
    y[c] += w[c] * x[c];
}

DNN_CLONES static void
forward_rows (const Job *job, int64_t first, int64_t n)
{
  const DnnConvCall *call = job->call;
  const int64_t filters = job->conv->filters;
  DnnConvPlace place = dnn_conv_place (job->conv, first);

  for (int64_t r = first; r < first + n;
       r++, dnn_conv_advance (job->conv, &place)) {
    for (int64_t c = 0; c < filters; c++)
      call->y[r * filters + c] = call->b != NULL ? call->b[c] : 0;
    meet_pixels (job, r, &place, call->y, multiply);
  }
}

/* Rows of y in one chunk: those of one line of the last axis. */
static void
forward_line (void *data, int64_t line, uint32_t worker)
{
  const Job *job = data;
  const int64_t n = job->conv->windows.positions[2];

  forward_rows (job, line * n, n);
  if (job->call->done != NULL)
    job->call->done (job->call->data, line * n, n, 0, job->conv->filters,
                     worker);
}

static void
forward (const DnnConv *self, DnnPool *pool, const DnnConvCall *call)
{
  Job job = { self, call, 0 };
  const int64_t n_lines =
      self->windows.batch * self->n_positions / self->windows.positions[2];

  dnn_pool_run_work (pool, n_lines, work (self), forward_line, &job);
}

/* --- back ---------------------------------------------------------------- */

static inline void
give_back (const Job *job, int64_t tap, int64_t pixel, int64_t row, float *out)
{
  const int64_t n = job->conv->filters;
  const float *w = job->call->W + tap * n, *d = job->call->d + row * n;
  float *restrict x = out + pixel * n;

  for (int64_t c = 0; c < n; c++)
    x[c] += w[c] * d[c];
}

DNN_CLONES static void
back_rows (const Job *job, int64_t sample)
{
  const DnnConv *conv = job->conv;
  const DnnConvCall *call = job->call;
  const int64_t channels = conv->filters, n = conv->n_positions;
  DnnConvPlace place = { sample, { 0 } };
  float *x = call->y + sample * conv->n_pixels * channels;

  for (int64_t i = 0; i < conv->n_pixels; i++)
    for (int64_t c = 0; c < channels; c++)
      x[i * channels + c] = call->b != NULL ? call->b[c] : 0;
  for (int64_t r = sample * n; r < (sample + 1) * n;
       r++, dnn_conv_advance (conv, &place))
    meet_pixels (job, r, &place, call->y, give_back);
}

static void
back_sample (void *data, int64_t sample, uint32_t worker)
{
  const Job *job = data;
  const DnnConv *conv = job->conv;

  back_rows (job, sample);
  if (job->call->done != NULL)
    job->call->done (job->call->data, sample * conv->n_pixels, conv->n_pixels,
                     0, conv->filters, worker);
}

static void
back (const DnnConv *self, DnnPool *pool, const DnnConvCall *call)
{
  Job job = { self, call, 0 };

  dnn_pool_run_work (pool, self->windows.batch, work (self), back_sample, &job);
}

/* --- gradient ------------------------------------------------------------ */

static inline void
collect (const Job *job, int64_t tap, int64_t pixel, int64_t row, float *out)
{
  const int64_t n = job->conv->filters;
  const float *d = job->call->d + row * n, *x = job->call->x + pixel * n;
  float *restrict dw = out + tap * n;

  for (int64_t c = 0; c < n; c++)
    dw[c] += x[c] * d[c];
}

DNN_CLONES static void
collect_rows (const Job *job, int64_t first, int64_t end, float *dw)
{
  DnnConvPlace place = dnn_conv_place (job->conv, first);

  for (int64_t r = first; r < end; r++, dnn_conv_advance (job->conv, &place))
    meet_pixels (job, r, &place, dw, collect);
}

static void
gradient_part (void *data, int64_t part, uint32_t worker)
{
  const Job *job = data;
  const DnnConv *conv = job->conv;
  const int64_t size = conv->n_taps * conv->filters;
  const int64_t N = conv->windows.batch, n = conv->n_positions;
  float *dw = part == 0 ? job->call->y : job->call->shared + (part - 1) * size;

  (void) worker;
  memset (dw, 0, (size_t) size * sizeof *dw);
  collect_rows (job, N * part / job->n_parts * n,
                N * (part + 1) / job->n_parts * n, dw);
}

static void
gradient (const DnnConv *self, DnnPool *pool, const DnnConvCall *call)
{
  Job job = { self, call, dnn_conv_count_parts (self, self->windows.batch) };

  dnn_pool_run_work (pool, job.n_parts, work (self), gradient_part, &job);
  dnn_conv_add_parts (pool, call->y, call->shared, job.n_parts - 1,
                      self->n_taps * self->filters);
}

const DnnConvKernel dnn_conv_by_depthwise = {
  "depthwise", DNN_SIMD_PLAIN, takes, worker_room,
  shared_room, forward,        back,  gradient,
};
