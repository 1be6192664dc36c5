/* conv-in-place.c - convolutions that read windows where they lie
 *
 * A line of positions looks at runs of numbers, one for each tap of the other
 * axes, and the next position's run begins a stride further on: A is x itself,
 * with rows that overlap.  A tile of y keeps its sums in registers over all
 * runs, and so does one of dW over all lines of a band.
 */
#include "dnn-conv-private.h"
#include "dnn-conv-segments.h"

#include <string.h>

/* Operations in a nanosecond, about. */
#define SPEED 90.0
/* Filters of a group from which a vector is worth it. */
enum { MIN_FILTERS = 6 };
/* Runs of a window, and lines of a band, at most. */
enum { MAX_SEGMENTS = 512 };

static int64_t
panel_of (const DnnConv *self)
{
  return self->simd == DNN_SIMD_AVX512 ? DNN_PANEL_AVX512 : DNN_PANEL_AVX2;
}

static void
multiply (const DnnConv *self, const DnnSegments *p)
{
#if defined(__x86_64__)
  if (self->simd == DNN_SIMD_AVX512)
    dnn_conv_segments_avx512 (p);
  else
    dnn_conv_segments_avx2 (p);
#else
  (void) self;
  (void) p;
#endif
}

/* If taps of the last axis lie side by side, they are one run. */
static bool
is_run (const DnnConv *self)
{
  return self->windows.dilation[2] == 1 && self->windows.groups == 1;
}

static int64_t
run_length (const DnnConv *self)
{
  return is_run (self) ? self->windows.taps[2] * self->group_channels
                       : self->group_channels;
}

static int64_t
count_runs (const DnnConv *self)
{
  return self->row / run_length (self);
}

static int64_t
count_panels (const DnnConv *self)
{
  return (self->group_filters + panel_of (self) - 1) / panel_of (self);
}

static bool
takes (const DnnConv *self)
{
  DnnConvBands bands;

  dnn_conv_bands_init (&bands, self);
  return self->group_filters >= MIN_FILTERS && dnn_conv_bands_fit (&bands) &&
         count_runs (self) <= MAX_SEGMENTS && bands.lines <= MAX_SEGMENTS;
}

/* --- W, by panels of filters --------------------------------------------- */

static int64_t
packed_size (const DnnConv *self)
{
  return self->windows.groups * count_panels (self) * panel_of (self) *
         self->row;
}

typedef struct {
  const DnnConv *conv;
  const DnnConvCall *call;
  DnnConvBands bands;
  float *packed; /* W */
  float *parts;  /* of dW, from the second on */
  int64_t n_parts;
  int64_t a[MAX_SEGMENTS], b[MAX_SEGMENTS];
} Job;

static void
pack_panel (void *data, int64_t chunk, uint32_t worker)
{
  const Job *job = data;
  const DnnConv *conv = job->conv;
  const int64_t panel = panel_of (conv), n_panels = count_panels (conv);
  const int64_t j = chunk % n_panels * panel;
  const int64_t n = MIN (panel, conv->group_filters - j);
  const float *W = job->call->W + chunk / n_panels * conv->group_filters + j;
  float *to = job->packed + chunk * panel * conv->row;

  (void) worker;
  for (int64_t k = 0; k < conv->row; k++, to += panel, W += conv->filters) {
    memcpy (to, W, (size_t) n * sizeof *to);
    memset (to + n, 0, (size_t) (panel - n) * sizeof *to);
  }
}

static void
pack (Job *job, DnnPool *pool)
{
  const DnnConv *conv = job->conv;

  dnn_pool_run_work (pool, conv->windows.groups * count_panels (conv),
                     (double) (conv->row * conv->filters) / 4, pack_panel, job);
}

/* --- forward ------------------------------------------------------------- */

/* Where the runs of a window begin, behind its first number, in a volume. */
static void
find_runs (const DnnConv *conv, const DnnConvVolume *v, int64_t *a)
{
  const DnnWindows *w = &conv->windows;
  const int64_t n_last = is_run (conv) ? 1 : w->taps[2];

  for (int64_t i = 0; i < w->taps[0]; i++)
    for (int64_t j = 0; j < w->taps[1]; j++)
      for (int64_t k = 0; k < n_last; k++)
        *a++ = i * w->dilation[0] * v->plane + j * w->dilation[1] * v->line +
               k * w->dilation[2] * w->channels;
}

/* The first window of a line. */
static const float *
line_of (const DnnConv *conv, const DnnConvVolume *v, int64_t i, int64_t j)
{
  const DnnWindows *w = &conv->windows;

  return v->at + (i - v->first[0]) * w->stride[0] * v->plane +
         (j - v->first[1]) * w->stride[1] * v->line;
}

/* Number of a line's first position in the batch. */
static int64_t
row_of (const DnnConv *conv, const DnnConvVolume *v, int64_t i, int64_t j)
{
  const int64_t *P = conv->windows.positions;

  return ((v->sample * P[0] + i) * P[1] + j) * P[2];
}

/* All lines of a volume, one panel of one group. */
static void
forward_panel (const Job *job, const DnnConvVolume *v, int64_t g, int64_t panel,
               DnnSegments *p)
{
  const DnnConv *conv = job->conv;
  const int64_t j0 = panel * panel_of (conv);
  const int64_t column = g * conv->group_filters + j0;

  p->B = job->packed +
         (g * count_panels (conv) + panel) * panel_of (conv) * conv->row;
  p->n = MIN (panel_of (conv), conv->group_filters - j0);
  p->bias = job->call->b != NULL ? job->call->b + column : NULL;
  for (int64_t i = v->first[0]; i < v->end[0]; i++)
    for (int64_t j = v->first[1]; j < v->end[1]; j++) {
      p->A = line_of (conv, v, i, j) + g * conv->group_channels;
      p->C = job->call->y + row_of (conv, v, i, j) * conv->filters + column;
      multiply (conv, p);
    }
}

static void
forward_band (void *data, int64_t unit, uint32_t worker)
{
  const Job *job = data;
  const DnnConv *conv = job->conv;
  const DnnConvCall *call = job->call;
  int64_t a[MAX_SEGMENTS];
  DnnConvVolume v;
  DnnSegments p = {
    .n_segments = count_runs (conv),
    .a = a,
    .b = job->b,
    .k = run_length (conv),
    .m = conv->windows.positions[2],
    .a_row = conv->windows.stride[2] * conv->windows.channels,
    .a_term = 1,
    .b_term = panel_of (conv),
    .ldc = conv->filters,
    .padded = true,
  };

  dnn_conv_volume_init (&v, conv, &job->bands, call->x, unit,
                        job->call->workers + worker * job->call->worker_stride);
  find_runs (conv, &v, a);
  for (int64_t g = 0; g < conv->windows.groups; g++)
    for (int64_t panel = 0; panel < count_panels (conv); panel++)
      forward_panel (job, &v, g, panel, &p);
  if (call->done != NULL) {
    const int64_t first = row_of (conv, &v, v.first[0], v.first[1]);
    const int64_t n = (v.end[0] - v.first[0]) * (v.end[1] - v.first[1]) *
                      conv->windows.positions[2];

    call->done (call->data, first, n, 0, conv->filters, worker);
  }
}

static double
work (const DnnConv *self)
{
  return 2.0 * (double) self->windows.batch * (double) self->n_positions *
         (double) self->row * (double) self->filters / SPEED;
}

/* With room for W in `packed`. */
static void
run_forward (const DnnConv *self, DnnPool *pool, const DnnConvCall *call,
             float *packed)
{
  Job job = { .conv = self, .call = call, .packed = packed };

  dnn_conv_bands_init (&job.bands, self);
  for (int64_t s = 0; s < count_runs (self); s++)
    job.b[s] = s * run_length (self) * panel_of (self);
  pack (&job, pool);
  dnn_pool_run_work (pool, self->windows.batch * job.bands.n, work (self),
                     forward_band, &job);
}

/* --- room ---------------------------------------------------------------- */

/* If dx is a convolution that this kernel makes. */
static bool
turns (const DnnConv *self)
{
  DnnConv turned;

  if (!dnn_conv_can_turn (self))
    return false;
  turned = dnn_conv_turn (self);
  return takes (&turned);
}

static int64_t
worker_room (const DnnConv *self)
{
  DnnConvBands bands, turned_bands = { 0 };

  dnn_conv_bands_init (&bands, self);
  if (turns (self)) {
    const DnnConv turned = dnn_conv_turn (self);

    dnn_conv_bands_init (&turned_bands, &turned);
  }
  return MAX (MAX (bands.size, turned_bands.size),
              dnn_conv_by_blocks.worker_room (self));
}

static int64_t
count_units (const DnnConv *self)
{
  DnnConvBands bands;

  dnn_conv_bands_init (&bands, self);
  return self->windows.batch * bands.n;
}

static int64_t
shared_room (const DnnConv *self)
{
  const int64_t weights = self->row * self->filters;
  const int64_t n_parts = dnn_conv_count_parts (self, count_units (self));
  int64_t room = MAX (packed_size (self), (n_parts - 1) * weights);

  if (turns (self)) {
    const DnnConv turned = dnn_conv_turn (self);

    room = MAX (room, weights + packed_size (&turned));
  }
  return MAX (room, dnn_conv_by_blocks.shared_room (self));
}

static void
forward (const DnnConv *self, DnnPool *pool, const DnnConvCall *call)
{
  run_forward (self, pool, call, call->shared);
}

static void
back (const DnnConv *self, DnnPool *pool, const DnnConvCall *call)
{
  DnnConvCall turned_call = *call;
  float *W = call->shared;
  DnnConv turned;

  if (!turns (self)) {
    dnn_conv_by_blocks.back (self, pool, call);
    return;
  }
  turned = dnn_conv_turn (self);
  dnn_conv_turn_weights (self, call->W, W);
  turned_call.x = call->d;
  turned_call.W = W;
  run_forward (&turned, pool, &turned_call, W + self->row * self->filters);
}

/* --- gradient ------------------------------------------------------------ */

/* Lines of a volume: where they begin in it, and in d. */
static int64_t
find_lines (const DnnConv *conv, const DnnConvVolume *v, int64_t *a, int64_t *b)
{
  int64_t n = 0;

  for (int64_t i = v->first[0]; i < v->end[0]; i++)
    for (int64_t j = v->first[1]; j < v->end[1]; j++, n++) {
      a[n] = line_of (conv, v, i, j) - v->at;
      b[n] = row_of (conv, v, i, j) * conv->filters;
    }
  return n;
}

/* Adds dW of the band, for every run of a window. */
static void
add_band (const DnnConv *conv, const DnnConvCall *call, const DnnConvVolume *v,
          float beta, float *dW)
{
  int64_t runs[MAX_SEGMENTS], a[MAX_SEGMENTS], b[MAX_SEGMENTS];
  const int64_t panel = panel_of (conv), length = run_length (conv);
  DnnSegments p = {
    .n_segments = find_lines (conv, v, a, b),
    .a = a,
    .b = b,
    .k = conv->windows.positions[2],
    .m = length,
    .a_row = 1,
    .a_term = conv->windows.stride[2] * conv->windows.channels,
    .b_term = conv->filters,
    .ldc = conv->filters,
    .beta = beta,
  };

  find_runs (conv, v, runs);
  for (int64_t g = 0; g < conv->windows.groups; g++)
    for (int64_t j = 0; j < conv->group_filters; j += panel)
      for (int64_t s = 0; s < count_runs (conv); s++) {
        const int64_t column = g * conv->group_filters + j;

        p.A = v->at + runs[s] + g * conv->group_channels;
        p.B = call->d + column;
        p.n = MIN (panel, conv->group_filters - j);
        p.C = dW + s * length * conv->filters + column;
        multiply (conv, &p);
      }
}

static void
gradient_part (void *data, int64_t part, uint32_t worker)
{
  const Job *job = data;
  const DnnConv *conv = job->conv;
  const int64_t n_units = conv->windows.batch * job->bands.n;
  const int64_t first = n_units * part / job->n_parts;
  const int64_t end = n_units * (part + 1) / job->n_parts;
  float *dW = part == 0 ? job->call->y
                        : job->parts + (part - 1) * conv->row * conv->filters;

  for (int64_t unit = first; unit < end; unit++) {
    DnnConvVolume v;

    dnn_conv_volume_init (&v, conv, &job->bands, job->call->x, unit,
                          job->call->workers +
                              worker * job->call->worker_stride);
    add_band (conv, job->call, &v, unit > first, dW);
  }
}

static void
gradient (const DnnConv *self, DnnPool *pool, const DnnConvCall *call)
{
  Job job = { .conv = self, .call = call, .parts = call->shared };

  dnn_conv_bands_init (&job.bands, self);
  job.n_parts = dnn_conv_count_parts (self, count_units (self));
  dnn_pool_run_work (pool, job.n_parts, work (self), gradient_part, &job);
  dnn_conv_add_parts (pool, call->y, job.parts, job.n_parts - 1,
                      self->row * self->filters);
}

const DnnConvKernel dnn_conv_by_in_place = {
  "in_place",  DNN_SIMD_AVX2, takes, worker_room,
  shared_room, forward,       back,  gradient,
};
