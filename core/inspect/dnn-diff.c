/* dnn-diff.c - compares tensors by their bits, and tells how far they are */
#include "dnn-diff.h"

#include "dnn-array.h"
#include "dnn-data-steps.h"
#include "dnn-model-file.h"
#include "dnn-shape.h"

#include <math.h>
#include <string.h>

const char *
dnn_diff_kind_name (DnnDiffKind kind)
{
  static const char *const names[] = { "equal",  "close",  "values", "shape",
                                       "only_a", "only_b", "text" };

  g_return_val_if_fail ((size_t) kind < G_N_ELEMENTS (names), NULL);

  return names[kind];
}

/* --- numbers ------------------------------------------------------------- */

/* Exact but for whole numbers beyond 2^53. */
static double
number_at (const DnnNamedTensor *tensor, const DnnArray *array, int64_t i)
{
  float small;

  switch (tensor->dtype) {
  case DNN_FLOAT64:
    return ((const double *) array->data)[i];
  case DNN_INT64:
    return (double) ((const int64_t *) array->data)[i];
  case DNN_UINT64:
    return (double) ((const uint64_t *) array->data)[i];
  case DNN_INT32:
    return ((const int32_t *) array->data)[i];
  case DNN_UINT32:
    return ((const uint32_t *) array->data)[i];
  default: /* a float32 holds all of these */
    dnn_array_to_float (array, i, 1, &small);
    return (double) small;
  }
}

/* Borrows the tensor's numbers. */
static DnnArray *
array_of (const DnnNamedTensor *tensor, int64_t n)
{
  const size_t size = (size_t) n * dnn_dtype_size (tensor->dtype);

  return dnn_array_new_take (tensor->dtype, tensor->shape,
                             g_bytes_new_static (tensor->data, size));
}

/* Takes a pair of numbers whose bits differ into the row. */
static void
compare_pair (DnnDiffRow *row, double a, double b, int64_t i)
{
  const double far = isfinite (a) && isfinite (b) ? fabs (a - b) : INFINITY;
  const double size = fmax (fabs (a), fabs (b));

  if (row->n_different++ == 0 || far > row->max_absolute) {
    row->max_absolute = far;
    row->place = i;
  }
  if (far > 0)
    row->max_relative =
        fmax (row->max_relative, isfinite (far) ? far / size : INFINITY);
}

static void
compare_numbers (DnnDiffRow *row, double tolerance)
{
  const size_t size = dnn_dtype_size (row->a->dtype);
  const char *a = row->a->data, *b = row->b->data;
  g_autoptr (DnnArray) a_array = NULL, b_array = NULL;

  row->kind = DNN_DIFF_EQUAL;
  if (row->n == 0 || memcmp (a, b, (size_t) row->n * size) == 0)
    return;
  a_array = array_of (row->a, row->n);
  b_array = array_of (row->b, row->n);
  for (int64_t i = 0; i < row->n; i++)
    if (memcmp (a + (size_t) i * size, b + (size_t) i * size, size) != 0)
      compare_pair (row, number_at (row->a, a_array, i),
                    number_at (row->b, b_array, i), i);
  row->kind = row->max_absolute <= tolerance ? DNN_DIFF_CLOSE : DNN_DIFF_VALUES;
}

static bool
is_same_shape (const DnnNamedTensor *a, const DnnNamedTensor *b)
{
  return a->dtype == b->dtype && dnn_shape_equal (&a->shape, &b->shape);
}

/* --- files --------------------------------------------------------------- */

static void
append (DnnDiff *self, const DnnDiffRow *row)
{
  self->n_different +=
      row->kind != DNN_DIFF_EQUAL && row->kind != DNN_DIFF_CLOSE;
  self->n_tensors += row->kind != DNN_DIFF_TEXT;
  g_array_append_vals (self->rows, row, 1);
}

static void
compare_key (DnnDiff *self, const DnnSafetensors *a, const DnnSafetensors *b,
             const char *key)
{
  DnnDiffRow row = {
    .name = key,
    .kind = DNN_DIFF_TEXT,
    .a_text = dnn_safetensors_get_metadata (a, key),
    .b_text = dnn_safetensors_get_metadata (b, key),
  };

  if (g_strcmp0 (row.a_text, row.b_text) != 0)
    append (self, &row);
}

/* The function of a model; not how it came to be. */
static void
compare_text (DnnDiff *self, const DnnSafetensors *a, const DnnSafetensors *b)
{
  static const char *const keys[] = { "format", "model", "input_shape",
                                      "steps" };

  for (size_t i = 0; i < G_N_ELEMENTS (keys); i++)
    compare_key (self, a, b, keys[i]);
  for (size_t i = 0; dnn_data_step_types[i] != NULL; i++)
    compare_key (self, a, b, dnn_data_step_types[i]->name);
  compare_key (self, a, b, "class_names");
}

static void
compare_tensor (DnnDiff *self, const DnnNamedTensor *a, const DnnNamedTensor *b,
                const DnnDiffOptions *options)
{
  DnnDiffRow row = { .name = a != NULL ? a->name : b->name, .a = a, .b = b };

  if (options->model_only && dnn_tensor_is_of_training (row.name))
    return;
  dnn_shape_count (a != NULL ? &a->shape : &b->shape, &row.n);
  if (a == NULL)
    row.kind = DNN_DIFF_ONLY_B;
  else if (b == NULL)
    row.kind = DNN_DIFF_ONLY_A;
  else if (!is_same_shape (a, b))
    row.kind = DNN_DIFF_SHAPE;
  else
    compare_numbers (&row, options->tolerance);
  append (self, &row);
}

DnnDiff *
dnn_diff_new (const DnnSafetensors *a, const DnnSafetensors *b,
              const DnnDiffOptions *options)
{
  DnnDiff *self = g_new0 (DnnDiff, 1);

  self->rows = g_array_new (FALSE, FALSE, sizeof (DnnDiffRow));
  compare_text (self, a, b);
  for (size_t i = 0; i < dnn_safetensors_count (a); i++) {
    const DnnNamedTensor *one = dnn_safetensors_at (a, i);

    compare_tensor (self, one, dnn_safetensors_find (b, one->name), options);
  }
  for (size_t i = 0; i < dnn_safetensors_count (b); i++) {
    const DnnNamedTensor *one = dnn_safetensors_at (b, i);

    if (dnn_safetensors_find (a, one->name) == NULL)
      compare_tensor (self, NULL, one, options);
  }
  return self;
}

void
dnn_diff_free (DnnDiff *self)
{
  if (self == NULL)
    return;
  g_array_unref (self->rows);
  g_free (self);
}

const DnnDiffRow *
dnn_diff_row (const DnnDiff *self, size_t i)
{
  g_return_val_if_fail (self != NULL && i < self->rows->len, NULL);

  return &g_array_index (self->rows, DnnDiffRow, i);
}
