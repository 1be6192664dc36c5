/* hdf5-chunk.c - datasets in chunks without a filter, put together
 *
 * A chunk is a box of numbers, whole even where it reaches beyond the dataset.
 * A B-tree has them in the order of their places.
 */
#include "dnn-hdf5-private.h"

#include "dnn-array.h"
#include "dnn-memory.h"
#include "dnn-shape.h"

typedef struct Grid {
  DnnNamedTensor *tensor;
  uint8_t *out;               /* the numbers, put together */
  size_t item;                /* bytes of a number */
  int64_t box[DNN_MAX_DIMS];  /* sizes of a chunk */
  int64_t n_of[DNN_MAX_DIMS]; /* chunks along each axis */
  uint64_t n_bytes;           /* of a chunk */
  uint64_t n_done;            /* chunks, in order */
} Grid;

/* Copies the part of a chunk that lies within the tensor, a run along the last
 * axis at a time. */
static void
copy_box (const Grid *self, const int64_t *first, const uint8_t *from)
{
  const DnnShape *shape = &self->tensor->shape;
  const uint32_t last = shape->n_dims - 1;
  const size_t run =
      (size_t) MIN (self->box[last], shape->dims[last] - first[last]);
  int64_t at[DNN_MAX_DIMS] = { 0 };

  for (;;) {
    int64_t in = 0, out = 0;
    uint32_t axis = last;

    for (uint32_t i = 0; i <= last; i++) {
      in = in * self->box[i] + at[i];
      out = out * shape->dims[i] + first[i] + at[i];
    }
    memcpy (self->out + (size_t) out * self->item,
            from + (size_t) in * self->item, run * self->item);
    while (axis-- > 0) {
      if (++at[axis] < MIN (self->box[axis], shape->dims[axis] - first[axis]))
        break;
      at[axis] = 0;
    }
    if (axis == UINT32_MAX)
      return;
  }
}

static bool
place_chunk (DnnHdf5 *hdf5, DnnHdf5Cursor key, uint64_t address,
             void *user_data, GError **error)
{
  Grid *self = user_data;
  int64_t first[DNN_MAX_DIMS];
  const uint64_t n_bytes = dnn_hdf5_number (&key, 4);
  DnnHdf5Cursor chunk;
  uint64_t place = 0;

  dnn_hdf5_take (&key, 4); /* filters that were left out: of none */
  for (uint32_t i = 0; i < self->tensor->shape.n_dims; i++) {
    const uint64_t offset = dnn_hdf5_number (&key, 8),
                   index = offset / (uint64_t) self->box[i];

    if (offset % (uint64_t) self->box[i] != 0 ||
        index >= (uint64_t) self->n_of[i])
      return dnn_hdf5_fail (hdf5, error,
                            "a chunk must start at a multiple of its size "
                            "within the dataset, not at '%" G_GUINT64_FORMAT
                            "'",
                            offset);
    first[i] = (int64_t) offset;
    place = place * (uint64_t) self->n_of[i] + index;
  }
  if (n_bytes != self->n_bytes || place != self->n_done)
    return dnn_hdf5_fail (hdf5, error,
                          "chunk %" G_GUINT64_FORMAT
                          " must have %" G_GUINT64_FORMAT
                          " bytes, and is number '%" G_GUINT64_FORMAT
                          "' of '%" G_GUINT64_FORMAT "' bytes",
                          self->n_done, self->n_bytes, place, n_bytes);
  if (!dnn_hdf5_at (hdf5, address, n_bytes, "a chunk", &chunk, error))
    return false;
  copy_box (self, first, chunk.at);
  self->n_done++;
  return true;
}

/* Reads the sizes of a chunk. */
static bool
read_box (DnnHdf5 *hdf5, DnnHdf5Cursor *layout, Grid *self, GError **error)
{
  const DnnShape *shape = &self->tensor->shape;
  DnnShape box = { .n_dims = shape->n_dims };
  int64_t n;

  for (uint32_t i = 0; i < shape->n_dims; i++) {
    const int64_t size = (int64_t) dnn_hdf5_number (layout, 4);

    box.dims[i] = size;
    self->box[i] = size;
    self->n_of[i] = size > 0 ? (shape->dims[i] - 1) / size + 1 : 0;
  }
  if (dnn_hdf5_number (layout, 4) != self->item || layout->short_of ||
      !dnn_shape_count (&box, &n) || n == 0 ||
      (uint64_t) n > hdf5->size / self->item)
    return dnn_hdf5_fail (hdf5, error,
                          "the sizes of a chunk must be positive, and a chunk "
                          "no larger than the file");
  self->n_bytes = (uint64_t) n * self->item;
  return true;
}

bool
dnn_hdf5_read_chunks (DnnHdf5 *self, DnnHdf5Cursor layout,
                      DnnNamedTensor *tensor, GError **error)
{
  Grid grid = { .tensor = tensor, .item = dnn_dtype_size (tensor->dtype) };
  const uint64_t n_dims = dnn_hdf5_number (&layout, 1),
                 address = dnn_hdf5_number (&layout, 8);
  const DnnHdf5Tree chunks = { 1, 8 + 8 * (tensor->shape.n_dims + 1),
                               place_chunk };
  uint64_t n_chunks = 1;
  int64_t n = 0;

  if (n_dims != (uint64_t) tensor->shape.n_dims + 1 || n_dims == 1)
    return dnn_hdf5_fail (self, error,
                          "its chunks must have as many axes as itself, %u, "
                          "and 1, not '%u'",
                          tensor->shape.n_dims, (unsigned) n_dims);
  dnn_shape_count (&tensor->shape, &n);
  if (n == 0)
    return true;
  if (!read_box (self, &layout, &grid, error))
    return false;
  grid.out = dnn_memory_new ((size_t) n * grid.item, error);
  if (grid.out == NULL)
    return false;
  g_ptr_array_add (self->copies, grid.out);
  tensor->data = grid.out;
  if (!dnn_hdf5_walk_tree (self, &chunks, address, &grid, error))
    return false;
  for (uint32_t i = 0; i < tensor->shape.n_dims; i++)
    n_chunks *= (uint64_t) grid.n_of[i];
  return grid.n_done == n_chunks ||
         dnn_hdf5_fail (self, error,
                        "has '%" G_GUINT64_FORMAT "' chunks in the file, and "
                        "must have %" G_GUINT64_FORMAT,
                        grid.n_done, n_chunks);
}
