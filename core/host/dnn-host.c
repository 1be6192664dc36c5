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

/* --- build --------------------------------------------------------------- */

static void
set_output (DnnBuild *b, uint32_t index, DnnShape shape)
{
  dnn_host_declare (b, &dnn_host_context (b)->built->outputs, index, &shape,
                    "output");
}

static void
declare_named (const void *call, DnnDeclaredList *list, uint32_t index,
               const char *name, const DnnShape *shape, const char *initializer,
               const char *what)
{
  DnnDeclared *row = dnn_host_declare (call, list, index, shape, what);

  if (row == NULL)
    return;
  row->name = g_intern_string (name);
  row->initializer = g_intern_string (initializer);
  dnn_fans_of (shape, &row->fan_in, &row->fan_out);
}

static void
add_weight (DnnBuild *b, uint32_t index, const char *name, DnnShape shape,
            const char *initializer)
{
  declare_named (b, &dnn_host_context (b)->built->weights, index, name, &shape,
                 initializer, "weight");
}

static void
set_fans (DnnBuild *b, uint32_t index, double fan_in, double fan_out)
{
  DnnDeclaredList *weights = &dnn_host_context (b)->built->weights;

  if (index >= weights->n || !weights->at[index].set) {
    dnn_host_fail (b, "set_fans for weight %u, which was not added", index);
    return;
  }
  weights->at[index].fan_in = fan_in;
  weights->at[index].fan_out = fan_out;
}

static void
add_buffer (DnnBuild *b, uint32_t index, const char *name, DnnShape shape,
            const char *initializer)
{
  declare_named (b, &dnn_host_context (b)->built->buffers, index, name, &shape,
                 initializer, "buffer");
}

static void
add_saved (DnnBuild *b, uint32_t index, DnnShape shape)
{
  dnn_host_declare (b, &dnn_host_context (b)->built->saved, index, &shape,
                    "saved tensor");
}

static void
add_scratch (DnnBuild *b, uint32_t index, DnnShape shape)
{
  dnn_host_declare (b, &dnn_host_context (b)->built->scratch, index, &shape,
                    "scratch");
}

static void
add_worker_scratch (DnnBuild *b, uint32_t index, DnnShape shape)
{
  dnn_host_declare (b, &dnn_host_context (b)->built->worker_scratch, index,
                    &shape, "worker scratch");
}

static void
backward_reads (DnnBuild *b, uint32_t reads)
{
  dnn_host_context (b)->built->reads = reads;
}

static void
expect_integer (DnnBuild *b, uint32_t index, int64_t lo, int64_t hi)
{
  if (index < DNN_MAX_DECLARED)
    dnn_host_context (b)->built->expected[index] =
        (DnnExpected){ true, lo, hi };
}

static int32_t
same_shape (DnnBuild *b)
{
  const DnnShape first = dnn_shape_of (b->x[0]);

  for (uint32_t k = 1; k < b->n_inputs; k++) {
    const DnnShape shape = dnn_shape_of (b->x[k]);

    if (!dnn_shape_equal (&shape, &first))
      return dnn_host_fail (b, "input %u has not the shape of input 0", k);
  }
  return 0;
}

static int32_t
match_targets (DnnBuild *b, uint32_t targets)
{
  const DnnTensor *y = b->x[0], *t = b->x[1];
  const bool values = (targets & DNN_TARGET_VALUES) != 0;
  const bool labels = (targets & DNN_TARGET_LABELS) != 0 && y->n_dims > 1;

  if (y->n_dims < 1 || t->n_dims < 1 || y->dims[0] != t->dims[0])
    return dnn_host_fail (b,
                          "predictions and targets must be of as many samples");
  if (!values && !labels)
    return dnn_host_fail (b, "prediction must be a row of classes a sample");
  if ((values && dnn_count (t) == dnn_count (y)) ||
      (labels && dnn_count (t) == dnn_rows (y)))
    return 0;
  if (!labels)
    return dnn_host_fail (b,
                          "a sample has %lld targets and %lld predictions; "
                          "they must be as many",
                          (long long) (dnn_count (t) / t->dims[0]),
                          (long long) (dnn_count (y) / y->dims[0]));
  return dnn_host_fail (
      b,
      "a sample has %lld targets, and must have %lld labels, one a "
      "row of %lld classes%s",
      (long long) (dnn_count (t) / t->dims[0]),
      (long long) (dnn_rows (y) / y->dims[0]), (long long) dnn_columns (y),
      values ? ", or a number for each class" : "");
}

static void
set_state (DnnBuild *b, int64_t n_doubles)
{
  dnn_host_context (b)->built->n_state = n_doubles;
}

static void
add_slot (DnnSlots *s, uint32_t index, const char *name, DnnShape shape,
          double initial)
{
  DnnDeclared *row = dnn_host_declare (s, &dnn_host_context (s)->built->slots,
                                       index, &shape, "slot");

  if (row == NULL)
    return;
  row->name = g_intern_string (name);
  row->initial = initial;
}

/* --- calls carried out when the host likes ------------------------------- */

static void
affine (DnnPass *pass, const DnnTensor *x, const DnnTensor *W,
        const DnnTensor *b)
{
  DnnContext *context = dnn_host_context (pass);
  DnnFinish finish = {
    .host = &dnn_host,
    .z = dnn_f32 (pass->y[0]),
    .columns = dnn_columns (W),
    .activation = context->activation,
    .y = context->activated,
  };
  DnnGemm gemm = {
    .struct_size = DNN_END_OF (DnnGemm, stride_c),
    .m = dnn_rows (x),
    .n = dnn_columns (W),
    .k = dnn_columns (x),
    .alpha = 1,
    .a = dnn_f32 (x),
    .b = dnn_f32 (W),
    .c = finish.z,
  };

  context->did_activate = finish.activation != NULL;
  dnn_blas_gemm_tiles (context->pool, &gemm, dnn_f32 (b),
                       context->did_activate ? dnn_host_finish_tile : NULL,
                       &finish);
}

static void
weight_gradient (DnnPass *pass, uint32_t index, const DnnTensor *a,
                 const DnnTensor *d)
{
  dnn_host_add_product (pass, index, a, d, NULL);
}

/* --- at once ------------------------------------------------------------- */

static void
gemm_service (const void *call, const DnnGemm *gemm)
{
  dnn_blas_gemm_tiled (dnn_host_context (call)->pool, gemm);
}

static void
sum_rows (const void *call, const DnnTensor *x, DnnTensor *sum)
{
  if (dnn_f32 (sum) != NULL)
    dnn_sum_rows (dnn_host_context (call)->pool, dnn_f32 (x), NULL,
                  dnn_rows (x), dnn_columns (x), dnn_f32 (sum));
}

static void
dot_rows (const void *call, const DnnTensor *a, const DnnTensor *b,
          DnnTensor *sum)
{
  if (dnn_f32 (sum) != NULL)
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

  dnn_pool_run (dnn_host_context (call)->pool,
                (n + loop.grain - 1) / loop.grain, one_chunk, &loop);
}

static float *
worker_scratch (const void *call, uint32_t index, uint32_t worker)
{
  const DnnContext *context = dnn_host_context (call);

  return context->worker_scratch[index] +
         (int64_t) worker * context->worker_stride[index];
}

static void
random_numbers (const void *call, uint32_t stream, uint32_t distribution,
                int64_t first, int64_t n, float *out)
{
  DnnKey key = dnn_host_context (call)->key;

  key.stream = stream;
  if (distribution == DNN_NORMAL)
    dnn_random_normal (&key, first, n, out);
  else
    dnn_random_uniform (&key, first, n, out);
}

const DnnHost dnn_host = {
  .struct_size = DNN_END_OF (DnnHost, dot_rows),
  .abi_major = DNN_ABI_MAJOR,
  .abi_minor = DNN_ABI_MINOR,
  .fail = dnn_host_fail,
  .log = log_line,
  .set_output = set_output,
  .add_weight = add_weight,
  .set_fans = set_fans,
  .add_buffer = add_buffer,
  .add_saved = add_saved,
  .add_scratch = add_scratch,
  .add_worker_scratch = add_worker_scratch,
  .backward_reads = backward_reads,
  .expect_integer = expect_integer,
  .same_shape = same_shape,
  .match_targets = match_targets,
  .set_state = set_state,
  .add_slot = add_slot,
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
};
