/* dnn-host.c - the table of host services */
#include "dnn-host-private.h"

#include "dnn-blas.h"
#include "dnn-shape.h"
#include "dnn-sums.h"
#include "dnn-vmath.h"

#include <string.h>

static void log_line (const void *call, const char *format, ...)
    G_GNUC_PRINTF (2, 3);

static void
log_line (const void *call, const char *format, ...)
{
  va_list args;

  (void) call;
  va_start (args, format);
  g_logv ("dnn-plugin", G_LOG_LEVEL_DEBUG, format, args);
  va_end (args);
}

/* --- calls carried out when the host likes ------------------------------- */

static void
affine (DnnPass *pass, const DnnTensor *x, const DnnTensor *W,
        const DnnTensor *b)
{
  DnnContext *context = dnn_host_context (pass);
  DnnFinish finish;
  DnnGemm gemm = {
    .struct_size = DNN_END_OF (DnnGemm, stride_c),
    .alpha = 1,
  };

  if (!dnn_host_has_numbers (pass, "affine"))
    return;
  finish = dnn_host_finish (pass, dnn_f32 (pass->y[0]), dnn_columns (W));
  gemm.m = dnn_rows (x);
  gemm.n = dnn_columns (W);
  gemm.k = dnn_columns (x);
  gemm.a = dnn_f32 (x);
  gemm.b = dnn_f32 (W);
  gemm.c = finish.z;
  context->did_activate = finish.activation != NULL;
  dnn_blas_gemm_tiles (context->pool, &gemm, dnn_f32 (b),
                       context->did_activate ? dnn_host_finish_tile : NULL,
                       &finish);
}

static void
weight_gradient (DnnPass *pass, uint32_t index, const DnnTensor *a,
                 const DnnTensor *d)
{
  if (dnn_host_has_numbers (pass, "weight_gradient"))
    dnn_host_add_product (pass, index, a, d, NULL);
}

/* --- at once ------------------------------------------------------------- */

/* A plugin's struct may be of an older minor, and shorter. */
static void
gemm_service (const void *call, const DnnGemm *gemm)
{
  DnnGemm whole = { 0 };

  if (!dnn_host_has_numbers (call, "gemm"))
    return;
  memcpy (&whole, gemm,
          CLAMP (gemm->struct_size, DNN_END_OF (DnnGemm, stride_c),
                 DNN_END_OF (DnnGemm, outer_c)));
  dnn_blas_gemm_tiled (dnn_host_context (call)->pool, &whole);
}

static void
sum_rows (const void *call, const DnnTensor *x, DnnTensor *sum)
{
  if (dnn_host_has_numbers (call, "sum_rows") && dnn_f32 (sum) != NULL)
    dnn_sum_rows (dnn_host_context (call)->pool, dnn_f32 (x), NULL,
                  dnn_rows (x), dnn_columns (x), dnn_f32 (sum));
}

static void
dot_rows (const void *call, const DnnTensor *a, const DnnTensor *b,
          DnnTensor *sum)
{
  if (dnn_host_has_numbers (call, "dot_rows") && dnn_f32 (sum) != NULL)
    dnn_sum_rows (dnn_host_context (call)->pool, dnn_f32 (a), dnn_f32 (b),
                  dnn_rows (a), dnn_columns (a), dnn_f32 (sum));
}

typedef struct {
  DnnRange body;
  void *data;
  int64_t n;
  int64_t grain;
} Loop;

static void
one_chunk (void *data, int64_t chunk, uint32_t worker)
{
  const Loop *loop = data;
  int64_t first = chunk * loop->grain;

  loop->body (loop->data, first, MIN (first + loop->grain, loop->n), worker);
}

static void
parallel_for (const void *call, int64_t n, int64_t grain, DnnRange body,
              void *data)
{
  Loop loop = { body, data, n, MAX (grain, 1) };

  if (!dnn_host_has_numbers (call, "parallel_for"))
    return;
  dnn_pool_run (dnn_host_context (call)->pool,
                (n + loop.grain - 1) / loop.grain, one_chunk, &loop);
}

static float *
worker_scratch (const void *call, uint32_t index, uint32_t worker)
{
  const DnnContext *context = dnn_host_context (call);

  if (!dnn_host_has_numbers (call, "worker_scratch"))
    return NULL;
  if (index >= DNN_MAX_DECLARED || context->worker_scratch == NULL) {
    dnn_host_fail (call, "worker scratch %u was not added in build", index);
    return NULL;
  }
  return context->worker_scratch[index] +
         (int64_t) worker * context->worker_stride[index];
}

static void
random_numbers (const void *call, uint32_t stream, uint32_t distribution,
                int64_t first, int64_t n, float *out)
{
  DnnKey key = dnn_host_context (call)->key;

  if (!dnn_host_has_numbers (call, "random"))
    return;
  key.stream = stream;
  if ((distribution & DNN_BY_EPOCH) != 0) {
    key.stream = ~stream;
    key.step = dnn_host_context (call)->epoch;
  }
  if ((distribution & ~(uint32_t) DNN_BY_EPOCH) == DNN_NORMAL)
    dnn_random_normal (&key, first, n, out);
  else
    dnn_random_uniform (&key, first, n, out);
}

const DnnHost dnn_host = {
  .struct_size = DNN_END_OF (DnnHost, tell),
  .abi_major = DNN_ABI_MAJOR,
  .abi_minor = DNN_ABI_MINOR,
  .fail = dnn_host_fail,
  .log = log_line,
  .set_output = dnn_host_set_output,
  .add_weight = dnn_host_add_weight,
  .set_fans = dnn_host_set_fans,
  .add_buffer = dnn_host_add_buffer,
  .add_saved = dnn_host_add_saved,
  .add_scratch = dnn_host_add_scratch,
  .add_worker_scratch = dnn_host_add_worker_scratch,
  .backward_reads = dnn_host_backward_reads,
  .expect_integer = dnn_host_expect_integer,
  .same_shape = dnn_host_same_shape,
  .match_targets = dnn_host_match_targets,
  .set_state = dnn_host_set_state,
  .add_slot = dnn_host_add_slot,
  .affine = affine,
  .weight_gradient = weight_gradient,
  .gemm = gemm_service,
  .sum_rows = sum_rows,
  .parallel_for = parallel_for,
  .worker_scratch = worker_scratch,
  .random = random_numbers,
  .exp = dnn_vmath_exp,
  .expm1 = dnn_vmath_expm1,
  .log1p = dnn_vmath_log1p,
  .tanh = dnn_vmath_tanh,
  .erf = dnn_vmath_erf,
  .sigmoid = dnn_vmath_sigmoid,
  .add_windows = dnn_host_add_windows,
  .convolve = dnn_host_convolve,
  .convolve_back = dnn_host_convolve_back,
  .convolve_gradient = dnn_host_convolve_gradient,
  .window_rows = dnn_host_window_rows,
  .scatter_rows = dnn_host_scatter_rows,
  .dot_rows = dot_rows,
  .expect_range = dnn_host_expect_range,
  .scores = dnn_host_scores,
  .set_dtype = dnn_host_set_dtype,
  .set_mask = dnn_host_set_mask,
  .add_mask = dnn_host_add_mask,
  .add_state = dnn_host_add_state,
  .loss_output = dnn_host_loss_output,
  .set_array = dnn_host_set_array,
  .column = dnn_host_column,
  .tell = dnn_host_tell,
  .add_step_scratch = dnn_host_add_step_scratch,
  .evaluate = dnn_host_evaluate,
};
