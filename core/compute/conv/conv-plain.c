/* conv-plain.c - convolutions by the definition, what every kernel is held to
 *
 * Each call reads A a row at a time, out of dnn_conv_pack.
 */
#include "dnn-conv-private.h"

#include <string.h>

static bool
takes (const DnnConv *self)
{
  (void) self;
  return true;
}

static int64_t
worker_room (const DnnConv *self)
{
  return self->row;
}

static int64_t
shared_room (const DnnConv *self)
{
  (void) self;
  return 0;
}

/* --- forward: y[r, f] = sum of A[r, k] W[k, f] + b[f] -------------------- */

typedef struct {
  const DnnConv *conv;
  const DnnConvCall *call;
} Job;

static void
one_row (const Job *job, int64_t r, float *row)
{
  const DnnConv *conv = job->conv;
  const DnnConvCall *call = job->call;
  const int64_t n = conv->group_filters;

  for (int64_t g = 0; g < conv->windows.groups; g++) {
    dnn_conv_pack (conv, g, call->x, r, 1, row);
    for (int64_t f = g * n; f < (g + 1) * n; f++) {
      float sum = 0;

      for (int64_t k = 0; k < conv->row; k++)
        sum += row[k] * call->W[k * conv->filters + f];
      call->y[r * conv->filters + f] = sum + (call->b != NULL ? call->b[f] : 0);
    }
  }
}

static void
forward_sample (void *data, int64_t sample, uint32_t worker)
{
  const Job *job = data;
  const int64_t n = job->conv->n_positions;

  for (int64_t r = sample * n; r < (sample + 1) * n; r++)
    one_row (job, r, job->call->workers + worker * job->call->worker_stride);
  if (job->call->done != NULL)
    job->call->done (job->call->data, sample * n, n, 0, job->conv->filters,
                     worker);
}

static void
forward (const DnnConv *self, DnnPool *pool, const DnnConvCall *call)
{
  Job job = { self, call };

  dnn_pool_run (pool, self->windows.batch, forward_sample, &job);
}

/* --- back: x = sum of rows d Wᵀ where they lay, + b ---------------------- */

static void
back_row (const Job *job, int64_t r, float *row)
{
  const DnnConv *conv = job->conv;
  const int64_t n = conv->group_filters;

  for (int64_t g = 0; g < conv->windows.groups; g++) {
    for (int64_t k = 0; k < conv->row; k++) {
      row[k] = 0;
      for (int64_t f = g * n; f < (g + 1) * n; f++)
        row[k] += job->call->d[r * conv->filters + f] *
                  job->call->W[k * conv->filters + f];
    }
    dnn_conv_scatter (conv, g, row, r, 1, job->call->y);
  }
}

static void
back_sample (void *data, int64_t sample, uint32_t worker)
{
  const Job *job = data;
  const DnnConv *conv = job->conv;
  const int64_t n = conv->n_positions, channels = conv->windows.channels;
  float *x = job->call->y + sample * conv->n_pixels * channels;

  for (int64_t i = 0; i < conv->n_pixels * channels; i++)
    x[i] = job->call->b != NULL ? job->call->b[i % channels] : 0;
  for (int64_t r = sample * n; r < (sample + 1) * n; r++)
    back_row (job, r, job->call->workers + worker * job->call->worker_stride);
  if (job->call->done != NULL)
    job->call->done (job->call->data, sample * conv->n_pixels, conv->n_pixels,
                     0, channels, worker);
}

static void
back (const DnnConv *self, DnnPool *pool, const DnnConvCall *call)
{
  Job job = { self, call };

  dnn_pool_run (pool, self->windows.batch, back_sample, &job);
}

/* --- gradient: dW[k, f] = sum of A[r, k] d[r, f] ------------------------- */

static void
gradient_group (void *data, int64_t g, uint32_t worker)
{
  const Job *job = data;
  const DnnConv *conv = job->conv;
  const int64_t n = conv->group_filters;
  const int64_t n_rows = conv->windows.batch * conv->n_positions;
  float *row = job->call->workers + worker * job->call->worker_stride;

  for (int64_t k = 0; k < conv->row; k++)
    memset (job->call->y + k * conv->filters + g * n, 0,
            (size_t) n * sizeof (float));
  for (int64_t r = 0; r < n_rows; r++) {
    dnn_conv_pack (conv, g, job->call->x, r, 1, row);
    for (int64_t k = 0; k < conv->row; k++)
      for (int64_t f = g * n; f < (g + 1) * n; f++)
        job->call->y[k * conv->filters + f] +=
            row[k] * job->call->d[r * conv->filters + f];
  }
}

static void
gradient (const DnnConv *self, DnnPool *pool, const DnnConvCall *call)
{
  Job job = { self, call };

  dnn_pool_run (pool, self->windows.groups, gradient_group, &job);
}

const DnnConvKernel dnn_conv_by_plain = {
  "plain",     DNN_SIMD_PLAIN, takes, worker_room,
  shared_room, forward,        back,  gradient,
};
