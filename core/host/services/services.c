/* services.c - what several services of the host do, and those of build */
#include "dnn-host-private.h"

#include "dnn-dtype.h"
#include "dnn-shape.h"

int32_t
dnn_host_fail (const void *call, const char *format, ...)
{
  DnnContext *context = dnn_host_context (call);
  va_list args;

  if (context->message == NULL) { /* the first cause counts */
    va_start (args, format);
    context->message = g_strdup_vprintf (format, args);
    va_end (args);
  }
  return -1;
}

DnnDeclared *
dnn_host_declare (const void *call, DnnDeclaredList *list, uint32_t index,
                  const DnnShape *shape, const char *what)
{
  DnnDeclared *row;

  if (list == NULL)
    return NULL;
  if (index >= DNN_MAX_DECLARED) {
    dnn_host_fail (call, "%s number %u is beyond the most, %d", what, index,
                   DNN_MAX_DECLARED - 1);
    return NULL;
  }
  if (shape->n_dims > DNN_MAX_DIMS) {
    dnn_host_fail (call, "%s %u has %u dimensions, and %d are the most", what,
                   index, shape->n_dims, DNN_MAX_DIMS);
    return NULL;
  }
  for (uint32_t i = 0; i < shape->n_dims; i++)
    if (shape->dims[i] < 0) {
      dnn_host_fail (call, "%s %u has a negative size", what, index);
      return NULL;
    }
  if (!dnn_shape_is_small (shape)) {
    dnn_host_fail (call, "%s %u is too large", what, index);
    return NULL;
  }
  row = &list->at[index];
  row->set = true;
  row->shape = *shape;
  list->n = MAX (list->n, index + 1);
  return row;
}

DnnFinish
dnn_host_finish (const DnnPass *pass, float *z, int64_t columns)
{
  const DnnContext *context = dnn_host_context (pass);
  const DnnRunning *now = dnn_running_now (NULL);
  DnnFinish self = {
    .host = context->host,
    .z = z,
    .columns = columns,
    .activation = context->activation,
    .y = context->activated,
    .running = { .kind = "layer", .call = "eval" },
  };

  if (self.activation != NULL) {
    self.running.plugin = self.activation->plugin->name;
    self.running.name = now != NULL ? now->name : self.running.plugin;
  }
  return self;
}

static void
activate (const DnnFinish *finish, int64_t first, int64_t n)
{
  const DnnActivationOps *ops = finish->activation->code->ops;

  ops->eval (finish->activation->self, finish->host, finish->z + first,
             finish->y + first, 1, n);
}

void
dnn_host_finish_tile (void *data, int64_t row, int64_t n_rows, int64_t column,
                      int64_t n_columns, uint32_t worker)
{
  const DnnFinish *finish = data;

  (void) worker;
  dnn_running_set_part (&finish->running);
  if (n_columns == finish->columns)
    activate (finish, row * finish->columns, n_rows * n_columns);
  else
    for (int64_t i = row; i < row + n_rows; i++)
      activate (finish, i * finish->columns + column, n_columns);
  dnn_running_set_part (NULL);
}

void
dnn_host_add_product (DnnPass *pass, uint32_t index, const DnnTensor *a,
                      const DnnTensor *d, const DnnConv *conv)
{
  DnnContext *context = dnn_host_context (pass);

  if (pass->dw[index] == NULL)
    return;
  if (context->n_products == DNN_MAX_DECLARED) {
    dnn_host_fail (pass, "more than %d weight gradients", DNN_MAX_DECLARED);
    return;
  }
  context->products[context->n_products++] = (DnnProduct){ index, a, d, conv };
}

bool
dnn_host_has_numbers (const void *call, const char *service)
{
  if (dnn_host_context (call)->built == NULL)
    return true;
  dnn_host_fail (
      call, "it calls %s in build, where tensors have no numbers yet", service);
  return false;
}

/* --- in build ------------------------------------------------------------ */

DnnBuilt *
dnn_host_built (const void *call, const char *service)
{
  DnnBuilt *built = dnn_host_context (call)->built;

  if (built == NULL)
    dnn_host_fail (call, "it calls %s outside of build", service);
  return built;
}

/* The list at that offset of what is built; NULL outside of build. */
static DnnDeclaredList *
list_of (const void *call, size_t offset, const char *service)
{
  DnnBuilt *built = dnn_host_built (call, service);

  return built != NULL ? (DnnDeclaredList *) (void *) ((char *) built + offset)
                       : NULL;
}

void
dnn_host_set_output (DnnBuild *b, uint32_t index, DnnShape shape)
{
  dnn_host_declare (b, list_of (b, offsetof (DnnBuilt, outputs), "set_output"),
                    index, &shape, "output");
}

/* No machine has room for more. */
static const double most_numbers = 1e12;

static void
check_size (const void *call, const DnnShape *shape, const char *what)
{
  int64_t n = 0;

  if (dnn_shape_count (shape, &n) && (double) n > most_numbers)
    dnn_host_fail (call, "a %s of %.3g numbers is too large", what, (double) n);
}

static void
declare_named (const void *call, DnnDeclaredList *list, uint32_t index,
               const char *name, const DnnShape *shape, const char *initializer,
               const char *what)
{
  DnnDeclared *row = dnn_host_declare (call, list, index, shape, what);

  if (row == NULL)
    return;
  check_size (call, shape, what);
  row->name = g_intern_string (name);
  row->initializer = g_intern_string (initializer);
  dnn_fans_of (shape, &row->fan_in, &row->fan_out);
}

void
dnn_host_add_weight (DnnBuild *b, uint32_t index, const char *name,
                     DnnShape shape, const char *initializer)
{
  declare_named (b, list_of (b, offsetof (DnnBuilt, weights), "add_weight"),
                 index, name, &shape, initializer, "weight");
}

void
dnn_host_set_fans (DnnBuild *b, uint32_t index, double fan_in, double fan_out)
{
  DnnDeclaredList *weights =
      list_of (b, offsetof (DnnBuilt, weights), "set_fans");

  if (weights == NULL)
    return;
  if (index >= weights->n || !weights->at[index].set) {
    dnn_host_fail (b, "set_fans for weight %u, which was not added", index);
    return;
  }
  weights->at[index].fan_in = fan_in;
  weights->at[index].fan_out = fan_out;
}

void
dnn_host_add_buffer (DnnBuild *b, uint32_t index, const char *name,
                     DnnShape shape, const char *initializer)
{
  declare_named (b, list_of (b, offsetof (DnnBuilt, buffers), "add_buffer"),
                 index, name, &shape, initializer, "buffer");
}

void
dnn_host_add_saved (DnnBuild *b, uint32_t index, DnnShape shape)
{
  dnn_host_declare (b, list_of (b, offsetof (DnnBuilt, saved), "add_saved"),
                    index, &shape, "saved tensor");
}

void
dnn_host_add_scratch (DnnBuild *b, uint32_t index, DnnShape shape)
{
  dnn_host_declare (b, list_of (b, offsetof (DnnBuilt, scratch), "add_scratch"),
                    index, &shape, "scratch");
}

void
dnn_host_add_worker_scratch (DnnBuild *b, uint32_t index, DnnShape shape)
{
  dnn_host_declare (
      b, list_of (b, offsetof (DnnBuilt, worker_scratch), "add_worker_scratch"),
      index, &shape, "worker scratch");
}

void
dnn_host_set_dtype (DnnBuild *b, uint32_t what, uint32_t index, uint32_t dtype)
{
  static const struct {
    const char *name;
    size_t list; /* offset in DnnBuilt */
  } lists[] = {
    [DNN_SAVED] = { "saved tensor", offsetof (DnnBuilt, saved) },
    [DNN_SCRATCH] = { "scratch", offsetof (DnnBuilt, scratch) },
    [DNN_BUFFER] = { "buffer", offsetof (DnnBuilt, buffers) },
  };
  DnnDeclaredList *list;

  if (what >= G_N_ELEMENTS (lists)) {
    dnn_host_fail (b, "set_dtype of '%u', which is no DnnWhat", what);
    return;
  }
  list = list_of (b, lists[what].list, "set_dtype");
  if (list == NULL)
    return;
  if (index >= list->n || !list->at[index].set)
    dnn_host_fail (b, "set_dtype for %s %u, which was not added",
                   lists[what].name, index);
  else if (!dnn_dtype_is (dtype))
    dnn_host_fail (b, "set_dtype of %s %u to '%u', which is no DnnDtype",
                   lists[what].name, index, dtype);
  else
    list->at[index].dtype = (DnnDtype) dtype;
}

void
dnn_host_backward_reads (DnnBuild *b, uint32_t reads)
{
  DnnBuilt *built = dnn_host_built (b, "backward_reads");

  if (built != NULL)
    built->reads = reads;
}

/* Input `index` of what is built; NULL where there is none such. */
static DnnExpected *
expected_of (DnnBuild *b, uint32_t index, const char *service)
{
  DnnBuilt *built = dnn_host_built (b, service);

  return built != NULL && index < DNN_MAX_DECLARED ? &built->expected[index]
                                                   : NULL;
}

void
dnn_host_expect_integer (DnnBuild *b, uint32_t index, int64_t lo, int64_t hi)
{
  DnnExpected *expected = expected_of (b, index, "expect_integer");

  if (expected == NULL)
    return;
  expected->set = true;
  expected->lo = lo;
  expected->hi = hi;
}

void
dnn_host_expect_range (DnnBuild *b, uint32_t index, double lo, double hi,
                       uint32_t flags)
{
  DnnExpected *expected = expected_of (b, index, "expect_range");

  if (expected == NULL || index >= b->n_inputs || b->x[index] == NULL)
    return;
  if (!(lo <= hi)) {
    dnn_host_fail (b, "it expects numbers from %g to %g, and there are none",
                   lo, hi);
    return;
  }
  expected->ranged = true;
  expected->least = lo;
  expected->most = hi;
  expected->sums_to_1 = (flags & DNN_ROWS_SUM_TO_1) != 0;
  expected->columns = dnn_columns (b->x[index]);
}

void
dnn_host_scores (DnnBuild *b, uint32_t scores)
{
  DnnBuilt *built = dnn_host_built (b, "scores");

  if (built == NULL)
    return;
  if (scores > DNN_MARGINS)
    dnn_host_fail (b, "its scores are '%u', not 0 to %d", scores, DNN_MARGINS);
  else
    built->scores = scores;
}

int32_t
dnn_host_same_shape (DnnBuild *b)
{
  DnnShape first = { .n_dims = DNN_MAX_DIMS + 1 };

  if (dnn_host_built (b, "same_shape") == NULL)
    return -1;
  for (uint32_t k = 0; k < b->n_inputs; k++) {
    const DnnShape shape =
        b->x[k] != NULL ? dnn_shape_of (b->x[k]) : (DnnShape){ 0 };

    if (first.n_dims > DNN_MAX_DIMS && b->x[k] != NULL)
      first = shape;
    if (b->x[k] != NULL && !dnn_shape_equal (&shape, &first))
      return dnn_host_fail (b, "input %u has not the shape of input 0", k);
  }
  return 0;
}

/* Why no targets like `t` are of predictions like `y`. */
static int32_t
fail_match (DnnBuild *b, const DnnTensor *y, const DnnTensor *t, bool values,
            bool labels)
{
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

int32_t
dnn_host_match_targets (DnnBuild *b, uint32_t targets)
{
  DnnBuilt *built = dnn_host_built (b, "match_targets");
  const DnnTensor *y, *t;
  bool values, labels;

  if (built == NULL)
    return -1;
  built->targets = targets;
  y = b->x[0];
  t = b->x[1];
  values = (targets & DNN_TARGET_VALUES) != 0;
  labels = (targets & DNN_TARGET_LABELS) != 0 && y->n_dims > 1;
  if (y->n_dims < 1 || t->n_dims < 1 || y->dims[0] != t->dims[0])
    return dnn_host_fail (b,
                          "predictions and targets must be of as many samples");
  if (!values && !labels)
    return dnn_host_fail (b, "prediction must be a row of classes a sample");
  if ((values && dnn_count (t) == dnn_count (y)) ||
      (labels && dnn_count (t) == dnn_rows (y)))
    return 0;
  return fail_match (b, y, t, values, labels);
}

void
dnn_host_set_state (DnnBuild *b, int64_t n_doubles)
{
  DnnBuilt *built = dnn_host_built (b, "set_state");

  if (built != NULL)
    built->n_state = n_doubles;
}

void
dnn_host_add_slot (DnnSlots *s, uint32_t index, const char *name,
                   DnnShape shape, double initial)
{
  DnnDeclared *row =
      dnn_host_declare (s, list_of (s, offsetof (DnnBuilt, slots), "add_slot"),
                        index, &shape, "slot");

  if (row == NULL)
    return;
  row->name = g_intern_string (name);
  row->initial = initial;
}
