/* hdf5-dataset.c - datasets: dataspace, datatype, layout (IV.A.2.b, d, i) */
#include "dnn-hdf5-private.h"

#include "dnn-array.h"
#include "dnn-shape.h"

#define REPACK "'h5repack -f NONE -l CONTI IN OUT' writes a file that is read"

enum { COMPACT = 0, CONTIGUOUS = 1, CHUNKED = 2, VIRTUAL = 3 }; /* layouts */

bool
dnn_hdf5_read_shape (const DnnHdf5 *self, DnnHdf5Cursor message,
                     DnnShape *ret_shape, GError **error)
{
  enum { NULL_SPACE = 2 };
  const unsigned version = (unsigned) dnn_hdf5_number (&message, 1),
                 n_dims = (unsigned) dnn_hdf5_number (&message, 1);
  unsigned type;
  DnnShape shape = { .n_dims = n_dims };

  dnn_hdf5_take (&message, 1); /* flags: largest sizes follow */
  type = (unsigned) dnn_hdf5_number (&message, 1);
  if (version == 1)
    dnn_hdf5_take (&message, 4);
  if (version != 1 && version != 2)
    return dnn_hdf5_fail (self, error,
                          "its dataspace must have version 1 or 2, not '%u'",
                          version);
  if (n_dims > DNN_MAX_DIMS)
    return dnn_hdf5_fail (self, error, "must have at most %d axes, not '%u'",
                          DNN_MAX_DIMS, n_dims);
  for (unsigned i = 0; i < n_dims; i++) {
    const uint64_t n = dnn_hdf5_number (&message, 8);

    if (n > INT64_MAX)
      return dnn_hdf5_fail (
          self, error, "axis %u must have a size, not '%" G_GUINT64_FORMAT "'",
          i, n);
    shape.dims[i] = (int64_t) n;
  }
  if (message.short_of)
    return dnn_hdf5_fail (self, error, "ends within its dataspace");
  if (version == 2 && type == NULL_SPACE)
    shape = DNN_SHAPE (0);
  *ret_shape = shape;
  return true;
}

static const char *
class_name (unsigned class)
{
  static const char *const names[] = {
    "integers",     "floats",
    "dates",        "strings",
    "bit fields",   "opaque bytes (bfloat16, say)",
    "records",      "references",
    "enumerations", "lists of any length",
    "arrays",
  };

  return class < G_N_ELEMENTS (names) ? names[class] : "of an unknown class";
}

/* The number type of `size` bytes in that class, if there is one. */
static bool
find_dtype (unsigned class, bool is_signed, uint32_t size, DnnDtype *ret_dtype)
{
  static const struct {
    unsigned class;
    bool is_signed;
    DnnDtype dtype;
  } rows[] = {
    { DNN_HDF5_FLOAT, false, DNN_FLOAT16 },
    { DNN_HDF5_FLOAT, false, DNN_FLOAT32 },
    { DNN_HDF5_FLOAT, false, DNN_FLOAT64 },
    { DNN_HDF5_INTEGER, false, DNN_UINT8 },
    { DNN_HDF5_INTEGER, true, DNN_INT8 },
    { DNN_HDF5_INTEGER, false, DNN_UINT16 },
    { DNN_HDF5_INTEGER, true, DNN_INT16 },
    { DNN_HDF5_INTEGER, false, DNN_UINT32 },
    { DNN_HDF5_INTEGER, true, DNN_INT32 },
    { DNN_HDF5_INTEGER, false, DNN_UINT64 },
    { DNN_HDF5_INTEGER, true, DNN_INT64 },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++)
    if (rows[i].class == class && rows[i].is_signed == is_signed &&
        dnn_dtype_size (rows[i].dtype) == size) {
      *ret_dtype = rows[i].dtype;
      return true;
    }
  return false;
}

/* True if the properties of a float are those of IEEE 754 in `size` bytes: 2
 * bytes may be bfloat16, too. */
static bool
is_ieee (DnnHdf5Cursor properties, uint32_t size)
{
  const uint64_t n_exponent = size == 2   ? 5
                              : size == 4 ? 8
                                          : 11,
                 n_mantissa = 8 * (uint64_t) size - 1 - n_exponent;

  return dnn_hdf5_number (&properties, 2) == 0 &&
         dnn_hdf5_number (&properties, 2) == 8 * (uint64_t) size &&
         dnn_hdf5_number (&properties, 1) == n_mantissa &&
         dnn_hdf5_number (&properties, 1) == n_exponent &&
         dnn_hdf5_number (&properties, 1) == 0 &&
         dnn_hdf5_number (&properties, 1) == n_mantissa &&
         dnn_hdf5_number (&properties, 4) ==
             ((uint64_t) 1 << (n_exponent - 1)) - 1 &&
         !properties.short_of;
}

/* True if all bits of an integer are used. */
static bool
is_whole (DnnHdf5Cursor properties, uint32_t size)
{
  return dnn_hdf5_number (&properties, 2) == 0 &&
         dnn_hdf5_number (&properties, 2) == 8 * (uint64_t) size &&
         !properties.short_of;
}

/* h5py's truth values: an enumeration of a byte, FALSE 0 and TRUE 1. */
static bool
is_bool (DnnHdf5Cursor properties, unsigned version, unsigned n_members)
{
  static const char names[] = "FALSE\0\0\0TRUE\0\0\0\0\0\1";
  const uint8_t *base = dnn_hdf5_take (&properties, 12);
  /* of names to 8 bytes */
  const bool is_padded = version < 3;
  const uint8_t *rest = dnn_hdf5_take (&properties, is_padded ? 18 : 13);

  if (base == NULL || rest == NULL || n_members != 2 ||
      (base[0] & 15) != DNN_HDF5_INTEGER || base[4] != 1)
    return false;
  return is_padded ? memcmp (rest, names, 18) == 0
                   : memcmp (rest, "FALSE\0TRUE\0\0\1", 13) == 0;
}

static bool
read_dtype (const DnnHdf5 *self, DnnHdf5Cursor message, DnnDtype *ret_dtype,
            GError **error)
{
  const unsigned head = (unsigned) dnn_hdf5_number (&message, 1),
                 class = head & 15,
                 bits = (unsigned) dnn_hdf5_number (&message, 3);
  const uint32_t size = (uint32_t) dnn_hdf5_number (&message, 4);

  if (message.short_of)
    return dnn_hdf5_fail (self, error, "ends within its datatype");
  if (class == DNN_HDF5_ENUM && size == 1 &&
      is_bool (message, head >> 4, bits & 0xffff)) {
    *ret_dtype = DNN_BOOL8;
    return true;
  }
  if (class > DNN_HDF5_FLOAT)
    return dnn_hdf5_fail (self, error, "must be numbers, not %s (class '%u')",
                          class_name (class), class);
  if ((bits & 1) != 0)
    return dnn_hdf5_fail (self, error,
                          "its numbers must be little-endian, not big-endian");
  if (!find_dtype (class, class == DNN_HDF5_INTEGER && (bits & 8) != 0, size,
                   ret_dtype) ||
      !(class == DNN_HDF5_FLOAT ? is_ieee (message, size)
                                : is_whole (message, size)))
    return dnn_hdf5_fail (
        self, error,
        "its numbers must be integers of 1 to 8 bytes or "
        "float16 to float64, not %s of '%u' bytes",
        class == DNN_HDF5_FLOAT ? "other floats" : "other integers", size);
  return true;
}

/* Points the tensor at its `n` bytes at `address`. */
static bool
place_contiguous (const DnnHdf5 *self, DnnHdf5Cursor at, uint64_t n,
                  DnnNamedTensor *tensor, GError **error)
{
  const uint64_t address = dnn_hdf5_number (&at, 8),
                 size = dnn_hdf5_number (&at, 8);

  if (at.short_of)
    return dnn_hdf5_fail (self, error, "ends within its layout");
  if (n == 0)
    return true;
  if (address == DNN_HDF5_UNDEFINED)
    return dnn_hdf5_fail (self, error,
                          "says that it has '%" G_GUINT64_FORMAT
                          "' bytes, and none are in the file",
                          n);
  if (size < n)
    return dnn_hdf5_fail (self, error,
                          "must have %" G_GUINT64_FORMAT
                          " bytes for its shape, not '%" G_GUINT64_FORMAT "'",
                          n, size);
  if (!dnn_hdf5_at (self, address, n, "its data", &at, error))
    return false;
  tensor->data = at.at;
  return true;
}

static bool
place_compact (const DnnHdf5 *self, DnnHdf5Cursor at, uint64_t n,
               DnnNamedTensor *tensor, GError **error)
{
  const uint64_t size = dnn_hdf5_number (&at, 2);
  const uint8_t *data = dnn_hdf5_take (&at, n);

  if (at.short_of || size < n)
    return dnn_hdf5_fail (self, error,
                          "must have %" G_GUINT64_FORMAT
                          " bytes for its shape, not '%" G_GUINT64_FORMAT "'",
                          n, size);
  tensor->data = data;
  return true;
}

/* Bytes of the tensor; those of all datasets must fit into the file. */
static bool
count_bytes (DnnHdf5 *self, const DnnNamedTensor *tensor, uint64_t *ret_n,
             GError **error)
{
  const size_t item = dnn_dtype_size (tensor->dtype);
  int64_t n = 0;

  if (!dnn_shape_count (&tensor->shape, &n) ||
      (uint64_t) n > (self->size - self->n_data) / item)
    return dnn_hdf5_fail (self, error,
                          "its shape asks for more bytes than are left of the "
                          "file's '%zu'",
                          self->size);
  self->n_data += (uint64_t) n * item;
  *ret_n = (uint64_t) n * item;
  return true;
}

static bool
place (DnnHdf5 *self, DnnHdf5Cursor layout, DnnNamedTensor *tensor,
       GError **error)
{
  const unsigned version = (unsigned) dnn_hdf5_number (&layout, 1),
                 class = (unsigned) dnn_hdf5_number (&layout, 1);
  uint64_t n = 0;

  if (layout.short_of || (version != 3 && version != 4))
    return dnn_hdf5_fail (
        self, error, "its layout must have version 3 or 4, not '%u'; " REPACK,
        version);
  if (class == VIRTUAL)
    return dnn_hdf5_fail (self, error,
                          "is a virtual dataset, whose numbers are in other "
                          "files; it is not read");
  if (class > CHUNKED || (class == CHUNKED && version != 3))
    return dnn_hdf5_fail (self, error,
                          "must be contiguous, compact or in chunks with a "
                          "B-tree of version 1 (layout '%u'); " REPACK,
                          class);
  if (!count_bytes (self, tensor, &n, error))
    return false;
  tensor->data = "";
  if (class == CHUNKED)
    return dnn_hdf5_read_chunks (self, layout, tensor, error);
  return class == COMPACT ? place_compact (self, layout, n, tensor, error)
                          : place_contiguous (self, layout, n, tensor, error);
}

/* The message of that type, which is there once; NULL with an error. */
static const DnnHdf5Message *
find_message (const DnnHdf5 *self, const GArray *messages, DnnHdf5Type type,
              const char *what, GError **error)
{
  const DnnHdf5Message *found = NULL;
  unsigned n = 0;

  for (guint i = 0; i < messages->len; i++) {
    const DnnHdf5Message *message =
        &g_array_index (messages, DnnHdf5Message, i);

    if (message->type == type) {
      found = message;
      n++;
    }
  }
  if (n == 1)
    return found;
  dnn_hdf5_fail (self, error, "must have one %s, not '%u'", what, n);
  return NULL;
}

static bool
check_storage (const DnnHdf5 *self, const GArray *messages, GError **error)
{
  for (guint i = 0; i < messages->len; i++) {
    const DnnHdf5Type type = g_array_index (messages, DnnHdf5Message, i).type;

    if (type == DNN_HDF5_EXTERNAL)
      return dnn_hdf5_fail (self, error,
                            "has external storage, numbers in other files; it "
                            "is not read");
    if (type == DNN_HDF5_FILTERS)
      return dnn_hdf5_fail (
          self, error, "is packed by a filter, which is not read; " REPACK);
  }
  return true;
}

bool
dnn_hdf5_read_dataset (DnnHdf5 *self, const GArray *messages,
                       DnnHdf5Entry *dataset, GError **error)
{
  DnnNamedTensor *tensor = &dataset->node.tensor;
  const DnnHdf5Message *shape, *dtype, *layout;

  tensor->name = dataset->path;
  if (!check_storage (self, messages, error))
    return false;
  shape = find_message (self, messages, DNN_HDF5_DATASPACE, "dataspace", error);
  if (shape == NULL)
    return false;
  dtype = find_message (self, messages, DNN_HDF5_DATATYPE, "datatype", error);
  if (dtype == NULL)
    return false;
  layout = find_message (self, messages, DNN_HDF5_LAYOUT, "layout", error);
  return layout != NULL &&
         dnn_hdf5_read_shape (self, shape->body, &tensor->shape, error) &&
         read_dtype (self, dtype->body, &tensor->dtype, error) &&
         place (self, layout->body, tensor, error);
}
