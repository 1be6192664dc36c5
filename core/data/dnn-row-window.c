/* dnn-row-window.c - copies rows and lets go of what they were copied from */
#include "dnn-row-window.h"

#include "dnn-memory.h"

#include <string.h>

/* A copy of some rows of an array. */
typedef struct Copy {
  const DnnArray *from;
  DnnArray *array; /* (owned reference) */
  uint8_t *block;  /* its bytes */
  size_t row;      /* bytes of one row */
  size_t size;     /* of the block */
} Copy;

struct DnnRowWindow {
  const DnnSplit *split;
  Copy inputs, targets, weights;
  DnnSplit copied; /* owns nothing */
};

static bool
copy_init (Copy *self, const DnnArray *from, int64_t most, GError **error)
{
  DnnShape shape = from->shape;

  shape.dims[0] = most;
  self->from = from;
  self->row = (size_t) dnn_array_row_size (from) * dnn_dtype_size (from->dtype);
  self->size = (size_t) most * self->row;
  self->block = dnn_memory_new (self->size, error);
  if (self->block == NULL)
    return false;
  self->array = dnn_array_new_take (
      from->dtype, shape,
      g_bytes_new_with_free_func (self->block, self->size, dnn_memory_free,
                                  self->block));
  self->array->swapped = from->swapped;
  dnn_memory_rest (self->block, self->size);
  return true;
}

DnnRowWindow *
dnn_row_window_new (const DnnSplit *split, const DnnRowOrder *order,
                    GError **error)
{
  g_autoptr (DnnRowWindow) self = g_new0 (DnnRowWindow, 1);
  const int64_t most = dnn_row_order_most (order);

  self->split = split;
  if (!copy_init (&self->inputs, split->inputs, most, error) ||
      !copy_init (&self->targets, split->targets, most, error))
    return NULL;
  self->copied = *split;
  if (split->weights != NULL &&
      !copy_init (&self->weights, split->weights, most, error))
    return NULL;
  self->copied.inputs = self->inputs.array;
  self->copied.targets = self->targets.array;
  self->copied.weights = self->weights.array;
  self->copied.rows = NULL;
  self->copied.first = 0;
  self->copied.n = most;
  return g_steal_pointer (&self);
}

void
dnn_row_window_free (DnnRowWindow *self)
{
  if (self == NULL)
    return;
  dnn_array_unref (self->weights.array);
  dnn_array_unref (self->targets.array);
  dnn_array_unref (self->inputs.array);
  g_free (self);
}

const DnnSplit *
dnn_row_window_split (const DnnRowWindow *self)
{
  return &self->copied;
}

/* How far apart rows may lie before what was looked at is given back. */
#define SPAN ((int64_t) 4 << 20)

static void
copy_rows (Copy *self, const DnnSplit *split, const DnnRowOrder *order)
{
  const uint8_t *from = self->from->data;
  const int64_t n = dnn_row_order_pool_size (order);
  int64_t since = 0;

  for (int64_t i = 0; i < n; i++) {
    const int64_t row =
        dnn_split_row (split, dnn_row_order_pool_number (order, i));

    if (ABS (row - since) * (int64_t) self->row > SPAN) {
      dnn_array_release (self->from);
      since = row;
    }
    memcpy (self->block + (size_t) i * self->row,
            from + (size_t) row * self->row, self->row);
  }
  dnn_array_release (self->from);
}

void
dnn_row_window_load (DnnRowWindow *self, const DnnRowOrder *order)
{
  copy_rows (&self->inputs, self->split, order);
  copy_rows (&self->targets, self->split, order);
  if (self->weights.array != NULL)
    copy_rows (&self->weights, self->split, order);
}

void
dnn_row_window_rest (DnnRowWindow *self)
{
  dnn_memory_rest (self->inputs.block, self->inputs.size);
  dnn_memory_rest (self->targets.block, self->targets.size);
  if (self->weights.array != NULL)
    dnn_memory_rest (self->weights.block, self->weights.size);
}
