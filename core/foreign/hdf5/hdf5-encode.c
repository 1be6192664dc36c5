/* hdf5-encode.c - superblock, object headers and heaps as bytes
 *
 * Section numbers are those of the HDF5 File Format Specification 3.0.
 */
#include "dnn-hdf5-write-private.h"

#include "dnn-array.h"

/* Of a global heap, as the HDF5 library makes the smallest. */
#define HEAP_SIZE 4096

static void
put (GByteArray *out, const void *data, size_t n)
{
  g_byte_array_append (out, data, (guint) n);
}

/* The lower n bytes of a number, little-endian. */
static void
put_number (GByteArray *out, uint64_t number, size_t n)
{
  for (size_t i = 0; i < n; i++) {
    const uint8_t byte = (uint8_t) (number >> 8 * i);

    put (out, &byte, 1);
  }
}

static void
put_zeros (GByteArray *out, size_t n)
{
  for (size_t i = 0; i < n; i++)
    put_number (out, 0, 1);
}

/* The checksum of all bytes from `start`. */
static void
put_checksum (GByteArray *out, guint start)
{
  put_number (out, dnn_hdf5_checksum (out->data + start, out->len - start), 4);
}

/* Begins a message (IV.A.1.b); its size is set when it ends. */
static guint
begin_message (GByteArray *out, DnnHdf5Type type)
{
  put_number (out, type, 1);
  put_number (out, 0, 2 + 1);
  return out->len;
}

static void
end_message (GByteArray *out, guint begin)
{
  const guint n = out->len - begin;

  g_assert (n <= G_MAXUINT16);
  out->data[begin - 3] = (uint8_t) n;
  out->data[begin - 2] = (uint8_t) (n >> 8);
}

/* --- messages (IV.A.2) --------------------------------------------------- */

static void
put_shape (GByteArray *out, const DnnShape *shape)
{
  const uint8_t head[] = { 2, (uint8_t) shape->n_dims, 0, shape->n_dims > 0 };

  put (out, head, sizeof head);
  for (uint32_t i = 0; i < shape->n_dims; i++)
    put_number (out, (uint64_t) shape->dims[i], 8);
}

static void
put_integer (GByteArray *out, bool is_signed, size_t size)
{
  const uint8_t head[] = { 0x10 | DNN_HDF5_INTEGER, is_signed ? 8 : 0, 0, 0 };

  put (out, head, sizeof head);
  put_number (out, size, 4);
  put_number (out, 0, 2);
  put_number (out, 8 * size, 2);
}

/* IEEE 754: the sign is the last bit, the mantissa has a hidden one. */
static void
put_float (GByteArray *out, size_t size)
{
  const uint8_t n_exponent = size == 2   ? 5
                             : size == 4 ? 8
                                         : 11,
                n_mantissa = (uint8_t) (8 * size - 1 - n_exponent);
  const uint8_t head[] = { 0x10 | DNN_HDF5_FLOAT, 0x20,
                           (uint8_t) (8 * size - 1), 0 };
  const uint8_t places[] = { n_mantissa, n_exponent, 0, n_mantissa };

  put (out, head, sizeof head);
  put_number (out, size, 4);
  put_number (out, 0, 2);
  put_number (out, 8 * size, 2);
  put (out, places, sizeof places);
  put_number (out, (1u << (n_exponent - 1)) - 1, 4);
}

/* As h5py has truth values: an enumeration of a byte. */
static void
put_bool (GByteArray *out)
{
  static const char members[] = "FALSE\0TRUE\0\0\1";

  put_number (out, 0x30 | DNN_HDF5_ENUM, 1);
  put_number (out, 2, 3);
  put_number (out, 1, 4);
  put_integer (out, true, 1);
  put (out, members, sizeof members - 1);
}

static void
put_dtype (GByteArray *out, DnnDtype dtype)
{
  const size_t size = dnn_dtype_size (dtype);

  switch (dtype) {
  case DNN_FLOAT16:
  case DNN_FLOAT32:
  case DNN_FLOAT64:
    put_float (out, size);
    break;
  case DNN_BOOL8:
    put_bool (out);
    break;
  default:
    put_integer (out,
                 dtype == DNN_INT8 || dtype == DNN_INT16 ||
                     dtype == DNN_INT32 || dtype == DNN_INT64,
                 size);
  }
}

bool
dnn_hdf5_needs_heap (const DnnHdf5Text *text)
{
  return !text->is_list && text->width > DNN_HDF5_TEXTS_LIMIT;
}

/* UTF-8 of a fixed width, padded with zeros; or of any, in a heap. */
static void
put_text_dtype (GByteArray *out, const DnnHdf5Text *text)
{
  const bool is_variable = dnn_hdf5_needs_heap (text);

  if (is_variable) {
    put_number (out, 0x10 | DNN_HDF5_VARIABLE, 1);
    put_number (out, 0x0101, 3);
    put_number (out, 16, 4);
    put_integer (out, false, 1);
    return;
  }
  put_number (out, 0x10 | DNN_HDF5_STRING, 1);
  put_number (out, 0x11, 3);
  put_number (out, text->width, 4);
}

static void
put_text_data (GByteArray *out, const DnnHdf5Text *text)
{
  if (dnn_hdf5_needs_heap (text)) {
    put_number (out, strlen (text->values[0]), 4);
    put_number (out, text->address, 8);
    put_number (out, 1, 4);
    return;
  }
  for (size_t i = 0; i < text->n; i++) {
    const size_t n = strlen (text->values[i]);

    put (out, text->values[i], n);
    put_zeros (out, text->width - n);
  }
}

static void
put_attribute (GByteArray *out, const DnnHdf5Text *text)
{
  const guint begin = begin_message (out, DNN_HDF5_ATTRIBUTE);
  const size_t n_key = strlen (text->key) + 1;
  const DnnShape shape = { .n_dims = text->is_list,
                           .dims = { (int64_t) text->n } };
  const size_t n_dtype = dnn_hdf5_needs_heap (text) ? 8 + 12 : 8,
               n_space = text->is_list ? 12 : 4;

  put_number (out, 3, 2);
  put_number (out, n_key, 2);
  put_number (out, n_dtype, 2);
  put_number (out, n_space, 2);
  put_number (out, 1, 1); /* the key is UTF-8 */
  put (out, text->key, n_key);
  put_text_dtype (out, text);
  put_shape (out, &shape);
  put_text_data (out, text);
  end_message (out, begin);
}

static void
put_link (GByteArray *out, const DnnHdf5Part *child)
{
  const guint begin = begin_message (out, DNN_HDF5_LINK);
  const size_t n = strlen (child->name);
  const uint8_t head[] = { 1, 0x10 | 1, 1 }; /* two bytes of length, UTF-8 */

  put (out, head, sizeof head);
  put_number (out, n, 2);
  put (out, child->name, n);
  put_number (out, child->address, 8);
  end_message (out, begin);
}

static void
put_group (GByteArray *out, const DnnHdf5Part *part)
{
  guint begin = begin_message (out, DNN_HDF5_LINK_INFO);

  put_number (out, 0, 2);
  put_number (out, DNN_HDF5_UNDEFINED, 8); /* no heap: links are messages */
  put_number (out, DNN_HDF5_UNDEFINED, 8);
  end_message (out, begin);
  begin = begin_message (out, DNN_HDF5_GROUP_INFO);
  put_number (out, 0, 2);
  end_message (out, begin);
  for (guint i = 0; i < part->children->len; i++)
    put_link (out, g_ptr_array_index (part->children, i));
}

static void
put_dataset (GByteArray *out, const DnnHdf5Part *part)
{
  const bool is_empty = part->n_bytes == 0;
  guint begin = begin_message (out, DNN_HDF5_DATASPACE);

  put_shape (out, &part->tensor.shape);
  end_message (out, begin);
  begin = begin_message (out, DNN_HDF5_DATATYPE);
  put_dtype (out, part->tensor.dtype);
  end_message (out, begin);
  begin = begin_message (out, DNN_HDF5_FILL);
  put_number (out, 3, 1);
  put_number (out, 0x0a, 1); /* allocated late, none set */
  end_message (out, begin);
  begin = begin_message (out, DNN_HDF5_LAYOUT);
  put_number (out, 3, 1);
  put_number (out, 1, 1); /* contiguous */
  put_number (out, is_empty ? DNN_HDF5_UNDEFINED : part->data_address, 8);
  put_number (out, part->n_bytes, 8);
  end_message (out, begin);
}

/* --- structures ---------------------------------------------------------- */

/* Version 2, with a size of four bytes (IV.A.1.b). */
void
dnn_hdf5_encode_header (const DnnHdf5Part *part, GByteArray *out)
{
  const guint start = out->len;
  guint begin;

  put (out, "OHDR\2\2", 6);
  put_number (out, 0, 4);
  begin = out->len;
  if (part->is_group)
    put_group (out, part);
  else
    put_dataset (out, part);
  for (guint i = 0; i < part->texts->len; i++)
    put_attribute (out, g_ptr_array_index (part->texts, i));
  for (size_t i = 0; i < 4; i++)
    out->data[begin - 4 + i] = (uint8_t) ((out->len - begin) >> 8 * i);
  put_checksum (out, start);
}

/* One object, and what is left as object 0 (III.E). */
void
dnn_hdf5_encode_heap (const DnnHdf5Text *text, GByteArray *out)
{
  const size_t n = strlen (text->values[0]), n_padded = (n + 7) / 8 * 8,
               size = MAX (HEAP_SIZE, 3 * 16 + n_padded),
               n_left = size - 2 * 16 - n_padded;

  put (out, "GCOL\1\0\0\0", 8);
  put_number (out, size, 8);
  put_number (out, 1, 8);
  put_number (out, n, 8);
  put (out, text->values[0], n);
  put_zeros (out, n_padded - n);
  put_number (out, 0, 8);
  put_number (out, n_left, 8);
  put_zeros (out, n_left - 16);
}

/* Version 2 (II.B). */
void
dnn_hdf5_encode_superblock (uint64_t root, uint64_t end, GByteArray *out)
{
  const guint start = out->len;

  put (out, "\x89HDF\r\n\x1a\n\2\x8\x8\0", 12);
  put_number (out, 0, 8);
  put_number (out, DNN_HDF5_UNDEFINED, 8);
  put_number (out, end, 8);
  put_number (out, root, 8);
  put_checksum (out, start);
}
