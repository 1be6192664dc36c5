/* conv-blocks.c - convolutions by blocks of windows, copied and multiplied
 *
 * Windows of some positions are packed as rows of a matrix that stays in the
 * second cache, and a product of matrices does the rest.  Any size, stride,
 * dilation and number of groups.
 */
#include "dnn-conv-private.h"

#include "dnn-gemm.h"

#include <string.h>

/* Numbers of a block: of windows that one product reads, and of those that the
 * gradient adds up, whose product has long sums. */
enum { BLOCK = 48 * 1024, GRADIENT_BLOCK = 128 * 1024 };
/* Rows of a block, at least, and in steps of which. */
enum { LEAST_ROWS = 12 };
/* Operations in a nanosecond, about. */
#define SPEED 60.0

static bool
takes (const DnnConv *self)
{
  (void) self;
  return true;
}

static int64_t
rows_of_block (const DnnConv *self, int64_t block)
{
  const int64_t n = block / self->row / LEAST_ROWS * LEAST_ROWS;

  return CLAMP (n, LEAST_ROWS, MAX (self->n_positions, LEAST_ROWS));
}

static double
flops (const DnnConv *self)
{
  return 2.0 * (double) self->windows.batch * (double) self->n_positions *
         (double) self->row * (double) self->filters;
}

/* --- room ---------------------------------------------------------------- */

static int64_t
packed_size (const DnnConv *self)
{
  return MAX (rows_of_block (self, BLOCK),
              rows_of_block (self, GRADIENT_BLOCK)) *
         self->row;
}

static int64_t
worker_room (const DnnConv *self)
{
  const DnnConv turned = dnn_conv_turn (self);

  return MAX (packed_size (self), packed_size (&turned));
}

static int64_t
shared_room (const DnnConv *self)
{
  return self->row * self->filters *
         dnn_conv_count_parts (self, self->windows.batch);
}

/* --- forward ------------------------------------------------------------- */

typedef struct {
  const DnnConv *conv;
  const DnnConvCall *call;
  int64_t n_rows, step;
  int64_t n_parts;
} Job;

static void
forward_block (void *data, int64_t chunk, uint32_t worker)
{
  const Job *job = data;
  const DnnConv *conv = job->conv;
  const DnnConvCall *call = job->call;
  const int64_t first = chunk * job->step;
  const int64_t n = MIN (job->step, job->n_rows - first);
  const int64_t F = conv->group_filters;
  float *rows = job->call->workers + worker * job->call->worker_stride;

  for (int64_t g = 0; g < conv->windows.groups; g++) {
    const DnnGemm gemm = {
      DNN_GEMM (0, 0),
      .m = n,
      .n = F,
      .k = conv->row,
      .alpha = 1,
      .a = rows,
      .b = call->W + g * F,
      .ldb = conv->filters,
      .c = call->y + first * conv->filters + g * F,
      .ldc = conv->filters,
    };

    dnn_conv_pack (conv, g, call->x, first, n, rows);
    dnn_gemm_multiply (&gemm, call->b != NULL ? call->b + g * F : NULL,
                       conv->simd);
  }
  if (call->done != NULL)
    call->done (call->data, first, n, 0, conv->filters, worker);
}

static void
forward (const DnnConv *self, DnnPool *pool, const DnnConvCall *call)
{
  Job job = { self, call, 0, 0, 0 };

  job.n_rows = self->windows.batch * self->n_positions;
  job.step = rows_of_block (self, BLOCK);
  dnn_pool_run_work (pool, (job.n_rows + job.step - 1) / job.step,
                     flops (self) / SPEED, forward_block, &job);
}

/* --- back ---------------------------------------------------------------- */

static void
back_turned (const DnnConv *self, DnnPool *pool, const DnnConvCall *call)
{
  const DnnConv turned = dnn_conv_turn (self);
  DnnConvCall forward_call = *call;
  float *W = call->shared;

  dnn_conv_turn_weights (self, call->W, W);
  forward_call.x = call->d;
  forward_call.W = W;
  forward (&turned, pool, &forward_call);
}

static void
back_rows (const Job *job, int64_t g, int64_t first, int64_t n, float *rows)
{
  const DnnConv *conv = job->conv;
  const int64_t F = conv->group_filters;
  const DnnGemm gemm = {
    DNN_GEMM (0, 1),      .m = n,
    .n = conv->row,       .k = F,
    .alpha = 1,           .a = job->call->d + first * conv->filters + g * F,
    .lda = conv->filters, .b = job->call->W + g * F,
    .ldb = conv->filters, .c = rows,
  };

  dnn_gemm_multiply (&gemm, NULL, conv->simd);
  dnn_conv_scatter (conv, g, rows, first, n, job->call->y);
}

static void
fill (float *x, int64_t n_pixels, int64_t channels, const float *b)
{
  if (b == NULL)
    memset (x, 0, (size_t) (n_pixels * channels) * sizeof *x);
  else
    for (int64_t i = 0; i < n_pixels; i++)
      memcpy (x + i * channels, b, (size_t) channels * sizeof *x);
}

static void
back_sample (void *data, int64_t sample, uint32_t worker)
{
  const Job *job = data;
  const DnnConv *conv = job->conv;
  const int64_t channels = conv->windows.channels;
  const int64_t end = (sample + 1) * conv->n_positions;

  fill (job->call->y + sample * conv->n_pixels * channels, conv->n_pixels,
        channels, job->call->b);
  for (int64_t g = 0; g < conv->windows.groups; g++)
    for (int64_t r = sample * conv->n_positions; r < end; r += job->step)
      back_rows (job, g, r, MIN (job->step, end - r),
                 job->call->workers + worker * job->call->worker_stride);
  if (job->call->done != NULL)
    job->call->done (job->call->data, sample * conv->n_pixels, conv->n_pixels,
                     0, channels, worker);
}

static void
back (const DnnConv *self, DnnPool *pool, const DnnConvCall *call)
{
  Job job = { self, call, 0, 0, 0 };

  if (dnn_conv_can_turn (self)) {
    back_turned (self, pool, call);
    return;
  }
  job.step = rows_of_block (self, BLOCK);
  dnn_pool_run_work (pool, self->windows.batch, flops (self) / SPEED,
                     back_sample, &job);
}

/* --- gradient ------------------------------------------------------------ */

/* dW of one group and of the samples of one part. */
static void
gradient_part (void *data, int64_t chunk, uint32_t worker)
{
  const Job *job = data;
  const DnnConv *conv = job->conv;
  const int64_t F = conv->group_filters, N = conv->windows.batch;
  const int64_t part = chunk / conv->windows.groups;
  const int64_t g = chunk % conv->windows.groups;
  const int64_t end = N * (part + 1) / job->n_parts * conv->n_positions;
  float *rows = job->call->workers + worker * job->call->worker_stride;
  float *dW = part == 0
                  ? job->call->y
                  : job->call->shared + (part - 1) * conv->row * conv->filters;
  bool first = true;

  for (int64_t r = N * part / job->n_parts * conv->n_positions; r < end;
       r += job->step, first = false) {
    const int64_t n = MIN (job->step, end - r);
    const DnnGemm gemm = {
      DNN_GEMM (1, 0),
      .m = conv->row,
      .n = F,
      .k = n,
      .alpha = 1,
      .beta = !first,
      .a = rows,
      .b = job->call->d + r * conv->filters + g * F,
      .ldb = conv->filters,
      .c = dW + g * F,
      .ldc = conv->filters,
    };

    dnn_conv_pack (conv, g, job->call->x, r, n, rows);
    dnn_gemm_multiply (&gemm, NULL, conv->simd);
  }
}

static void
gradient (const DnnConv *self, DnnPool *pool, const DnnConvCall *call)
{
  Job job = { self, call, 0, 0, 0 };

  job.step = rows_of_block (self, GRADIENT_BLOCK);
  job.n_parts = dnn_conv_count_parts (self, self->windows.batch);
  dnn_pool_run_work (pool, job.n_parts * self->windows.groups,
                     flops (self) / SPEED, gradient_part, &job);
  dnn_conv_add_parts (pool, call->y, call->shared, job.n_parts - 1,
                      self->row * self->filters);
}

const DnnConvKernel dnn_conv_by_blocks = {
  "blocks",    DNN_SIMD_PLAIN, takes, worker_room,
  shared_room, forward,        back,  gradient,
};
