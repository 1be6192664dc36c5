/* dnn-row-window.c - copies rows and lets go of what they were copied from */
#include "dnn-row-window.h"

#include "dnn-memory.h"
#include "dnn-sources.h"

#include <string.h>

/* A copy of some rows of a source. */
typedef struct Copy {
  const DnnSource *from;
  uint8_t *block; /* the copy's bytes */
  size_t row;     /* bytes of one row */
  size_t size;    /* of the block */
} Copy;

struct DnnRowWindow {
  const DnnSplit *split;
  Copy *copies;     /* (owned) one for each of the split's sources */
  DnnSplit *copied; /* (owned) */
};

/* A row is copied as it is if it lies in memory, else as float32. */
static DnnSource *
copy_init (Copy *self, const DnnSource *from, int64_t most, GError **error)
{
  const DnnDtype dtype = from->array != NULL ? from->dtype : DNN_FLOAT32;
  g_autoptr (DnnArray) array = NULL;
  DnnShape shape = from->shape;

  shape.dims[0] = most;
  self->from = from;
  self->row = dnn_source_row_bytes (from);
  self->size = (size_t) most * self->row;
  self->block = dnn_memory_new (self->size, error);
  if (self->block == NULL)
    return NULL;
  array = dnn_array_new_take (
      dtype, shape,
      g_bytes_new_with_free_func (self->block, self->size, dnn_memory_free,
                                  self->block));
  array->swapped = from->array != NULL && from->array->swapped;
  dnn_memory_rest (self->block, self->size);
  return dnn_source_new_array (array, from->name);
}

static void
replace (DnnSource **at, DnnSource *by)
{
  dnn_source_unref (*at);
  *at = by;
}

DnnRowWindow *
dnn_row_window_new (const DnnSplit *split, const DnnRowOrder *order,
                    GError **error)
{
  g_autoptr (DnnRowWindow) self = g_new0 (DnnRowWindow, 1);
  const int64_t most = dnn_row_order_most (order);
  const DnnSources *x, *y;

  self->split = split;
  self->copies = g_new0 (Copy, dnn_split_n_sources (split));
  self->copied = dnn_split_new_part (split, 0, most);
  x = &self->copied->inputs;
  y = &self->copied->targets;
  for (uint32_t i = 0; i < dnn_split_n_sources (split); i++) {
    DnnSource *copy =
        copy_init (&self->copies[i], dnn_split_source (split, i), most, error);

    if (copy == NULL)
      return NULL;
    replace (i < x->n          ? &x->at[i]
             : i < x->n + y->n ? &y->at[i - x->n]
                               : &self->copied->weights,
             copy);
  }
  return g_steal_pointer (&self);
}

void
dnn_row_window_free (DnnRowWindow *self)
{
  if (self == NULL)
    return;
  dnn_split_free (self->copied);
  g_free (self->copies);
  g_free (self);
}

const DnnSplit *
dnn_row_window_split (const DnnRowWindow *self)
{
  return self->copied;
}

/* How far apart rows may lie before what was looked at is given back. */
#define SPAN ((int64_t) 4 << 20)

static void
copy_row (const Copy *self, int64_t row, uint8_t *out)
{
  const DnnArray *array = self->from->array;

  if (array != NULL)
    memcpy (out, (const uint8_t *) array->data + (size_t) row * self->row,
            self->row);
  else
    dnn_source_gather (self->from, &row, 1, (float *) (void *) out);
}

static void
copy_rows (Copy *self, const DnnSplit *split, const DnnRowOrder *order)
{
  const int64_t n = dnn_row_order_pool_size (order);
  int64_t since = 0;

  for (int64_t i = 0; i < n; i++) {
    const int64_t row =
        dnn_split_row (split, dnn_row_order_pool_number (order, i));

    if (ABS (row - since) * (int64_t) self->row > SPAN) {
      dnn_source_release (self->from);
      since = row;
    }
    copy_row (self, row, self->block + (size_t) i * self->row);
  }
  dnn_source_release (self->from);
}

void
dnn_row_window_load (DnnRowWindow *self, const DnnRowOrder *order)
{
  for (uint32_t i = 0; i < dnn_split_n_sources (self->split); i++)
    copy_rows (&self->copies[i], self->split, order);
}

void
dnn_row_window_rest (DnnRowWindow *self)
{
  for (uint32_t i = 0; i < dnn_split_n_sources (self->split); i++)
    dnn_memory_rest (self->copies[i].block, self->copies[i].size);
}
