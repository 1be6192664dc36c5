/* dnn-host.c - the table of host services */
#include "dnn-host.h"

#include "dnn-blas.h"
#include "dnn-shape.h"
#include "dnn-vmath.h"

#include <string.h>

static DnnContext *
context_of (const void *call)
{
  return ((const DnnCall *) call)->host_data;
}

static int32_t fail (const void *call, const char *format, ...)
    G_GNUC_PRINTF (2, 3);
static void log_line (const void *call, const char *format, ...)
    G_GNUC_PRINTF (2, 3);

static int32_t
fail (const void *call, const char *format, ...)
{
  DnnContext *context = context_of (call);
  va_list args;

  if (context->message == NULL) { /* the first cause counts */
    va_start (args, format);
    context->message = g_strdup_vprintf (format, args);
    va_end (args);
  }
  return -1;
}

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

/* Row `index` of a list, made; NULL, with fail called, where it cannot be. */
static DnnDeclared *
declare (const void *call, DnnDeclaredList *list, uint32_t index,
         const DnnShape *shape, const char *what)
{
  DnnDeclared *row;

  if (index >= DNN_MAX_DECLARED) {
    fail (call, "%s number %u is beyond the most, %d", what, index,
          DNN_MAX_DECLARED - 1);
    return NULL;
  }
  if (shape->n_dims > DNN_MAX_DIMS) {
    fail (call, "%s %u has %u dimensions, and %d are the most", what, index,
          shape->n_dims, DNN_MAX_DIMS);
    return NULL;
  }
  for (uint32_t i = 0; i < shape->n_dims; i++)
    if (shape->dims[i] < 0) {
      fail (call, "%s %u has a negative size", what, index);
      return NULL;
    }
  if (!dnn_shape_is_small (shape)) {
    fail (call, "%s %u is too large", what, index);
    return NULL;
  }
  row = &list->at[index];
  row->set = true;
  row->shape = *shape;
  list->n = MAX (list->n, index + 1);
  return row;
}

static void
set_output (DnnBuild *b, uint32_t index, DnnShape shape)
{
  declare (b, &context_of (b)->built->outputs, index, &shape, "output");
}

static void
declare_named (const void *call, DnnDeclaredList *list, uint32_t index,
               const char *name, const DnnShape *shape, const char *initializer,
               const char *what)
{
  DnnDeclared *row = declare (call, list, index, shape, what);

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
  declare_named (b, &context_of (b)->built->weights, index, name, &shape,
                 initializer, "weight");
}

static void
set_fans (DnnBuild *b, uint32_t index, double fan_in, double fan_out)
{
  DnnDeclaredList *weights = &context_of (b)->built->weights;

  if (index >= weights->n || !weights->at[index].set) {
    fail (b, "set_fans for weight %u, which was not added", index);
    return;
  }
  weights->at[index].fan_in = fan_in;
  weights->at[index].fan_out = fan_out;
}

static void
add_buffer (DnnBuild *b, uint32_t index, const char *name, DnnShape shape,
            const char *initializer)
{
  declare_named (b, &context_of (b)->built->buffers, index, name, &shape,
                 initializer, "buffer");
}

static void
add_saved (DnnBuild *b, uint32_t index, DnnShape shape)
{
  declare (b, &context_of (b)->built->saved, index, &shape, "saved tensor");
}

static void
add_scratch (DnnBuild *b, uint32_t index, DnnShape shape)
{
  declare (b, &context_of (b)->built->scratch, index, &shape, "scratch");
}

static void
add_worker_scratch (DnnBuild *b, uint32_t index, DnnShape shape)
{
  declare (b, &context_of (b)->built->worker_scratch, index, &shape,
           "worker scratch");
}

static void
backward_reads (DnnBuild *b, uint32_t reads)
{
  context_of (b)->built->reads = reads;
}

static void
expect_integer (DnnBuild *b, uint32_t index, int64_t lo, int64_t hi)
{
  if (index < DNN_MAX_DECLARED)
    context_of (b)->built->expected[index] = (DnnExpected){ true, lo, hi };
}

static int32_t
same_shape (DnnBuild *b)
{
  const DnnShape first = dnn_shape_of (b->x[0]);

  for (uint32_t k = 1; k < b->n_inputs; k++) {
    const DnnShape shape = dnn_shape_of (b->x[k]);

    if (!dnn_shape_equal (&shape, &first))
      return fail (b, "input %u has not the shape of input 0", k);
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
    return fail (b, "predictions and targets must be of as many samples");
  if (!values && !labels)
    return fail (b, "prediction must be a row of classes a sample");
  if ((values && dnn_count (t) == dnn_count (y)) ||
      (labels && dnn_count (t) == dnn_rows (y)))
    return 0;
  if (!labels)
    return fail (b,
                 "a sample has %lld targets and %lld predictions; "
                 "they must be as many",
                 (long long) (dnn_count (t) / t->dims[0]),
                 (long long) (dnn_count (y) / y->dims[0]));
  return fail (b,
               "a sample has %lld targets, and must have %lld labels, one a "
               "row of %lld classes%s",
               (long long) (dnn_count (t) / t->dims[0]),
               (long long) (dnn_rows (y) / y->dims[0]),
               (long long) dnn_columns (y),
               values ? ", or a number for each class" : "");
}

static void
set_state (DnnBuild *b, int64_t n_doubles)
{
  context_of (b)->built->n_state = n_doubles;
}

static void
add_slot (DnnSlots *s, uint32_t index, const char *name, DnnShape shape,
          double initial)
{
  DnnDeclared *row =
      declare (s, &context_of (s)->built->slots, index, &shape, "slot");

  if (row == NULL)
    return;
  row->name = g_intern_string (name);
  row->initial = initial;
}

/* --- calls carried out when the host likes ------------------------------- */

/* What is done to a tile of x W + b as soon as it is there. */
typedef struct {
  float *z; /* the tile's matrix */
  int64_t columns;
  const DnnInstance *activation;
  float *y; /* of it */
} Finish;

static void
activate (const Finish *finish, int64_t first, int64_t n)
{
  const DnnActivationOps *ops = finish->activation->code->ops;

  ops->eval (finish->activation->self, &dnn_host, finish->z + first,
             finish->y + first, 1, n);
}

static void
finish_tile (void *data, int64_t row, int64_t n_rows, int64_t column,
             int64_t n_columns, uint32_t worker)
{
  const Finish *finish = data;

  (void) worker;
  if (n_columns == finish->columns)
    activate (finish, row * finish->columns, n_rows * n_columns);
  else
    for (int64_t i = row; i < row + n_rows; i++)
      activate (finish, i * finish->columns + column, n_columns);
}

static void
affine (DnnPass *pass, const DnnTensor *x, const DnnTensor *W,
        const DnnTensor *b)
{
  DnnContext *context = context_of (pass);
  Finish finish = {
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
                       context->did_activate ? finish_tile : NULL, &finish);
}

static void
weight_gradient (DnnPass *pass, uint32_t index, const DnnTensor *a,
                 const DnnTensor *d)
{
  DnnContext *context = context_of (pass);

  if (pass->dw[index] == NULL)
    return;
  if (context->n_products == DNN_MAX_DECLARED) {
    fail (pass, "more than %d weight gradients", DNN_MAX_DECLARED);
    return;
  }
  context->products[context->n_products++] = (DnnProduct){ index, a, d };
}

/* --- at once ------------------------------------------------------------- */

static void
gemm_service (const void *call, const DnnGemm *gemm)
{
  dnn_blas_gemm_tiled (context_of (call)->pool, gemm);
}

/* Columns that are added up at once, in registers. */
enum { COLUMNS = 16 };

DNN_CLONES static void
sum_columns (const float *from, int64_t rows, int64_t columns, float *to)
{
  int64_t first = 0;

  for (; first + COLUMNS <= columns; first += COLUMNS) {
    float sums[COLUMNS] = { 0 };

    for (int64_t i = 0; i < rows; i++)
      for (int64_t j = 0; j < COLUMNS; j++)
        sums[j] += from[i * columns + first + j];
    memcpy (to + first, sums, sizeof sums);
  }
  for (int64_t j = first; j < columns; j++) {
    float one = 0;

    for (int64_t i = 0; i < rows; i++)
      one += from[i * columns + j];
    to[j] = one;
  }
}

static void
sum_rows (const void *call, const DnnTensor *x, DnnTensor *sum)
{
  (void) call;
  if (dnn_f32 (sum) != NULL)
    sum_columns (dnn_f32 (x), dnn_rows (x), dnn_columns (x), dnn_f32 (sum));
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

  dnn_pool_run (context_of (call)->pool, (n + loop.grain - 1) / loop.grain,
                one_chunk, &loop);
}

static float *
worker_scratch (const void *call, uint32_t index, uint32_t worker)
{
  const DnnContext *context = context_of (call);

  return context->worker_scratch[index] +
         (int64_t) worker * context->worker_stride[index];
}

static void
random_numbers (const void *call, uint32_t stream, uint32_t distribution,
                int64_t first, int64_t n, float *out)
{
  DnnKey key = context_of (call)->key;

  key.stream = stream;
  if (distribution == DNN_NORMAL)
    dnn_random_normal (&key, first, n, out);
  else
    dnn_random_uniform (&key, first, n, out);
}

const DnnHost dnn_host = {
  .struct_size = DNN_END_OF (DnnHost, sigmoid),
  .abi_major = DNN_ABI_MAJOR,
  .abi_minor = DNN_ABI_MINOR,
  .fail = fail,
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
};
