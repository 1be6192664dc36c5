/* dnn-idx.c - the IDX header, checked against what follows it */
#include "dnn-idx.h"

#include "dnn-shape.h"

#include <string.h>

static const struct {
  uint8_t code;
  DnnDtype dtype;
} types[] = {
  { 0x08, DNN_UINT8 }, { 0x09, DNN_INT8 },    { 0x0B, DNN_INT16 },
  { 0x0C, DNN_INT32 }, { 0x0D, DNN_FLOAT32 }, { 0x0E, DNN_FLOAT64 },
};

static bool
parse_type (const char *name, uint8_t code, DnnDtype *ret_dtype, GError **error)
{
  for (size_t i = 0; i < G_N_ELEMENTS (types); i++)
    if (types[i].code == code) {
      *ret_dtype = types[i].dtype;
      return true;
    }

  g_set_error (error, DNN_ERROR, DNN_ERROR_FORMAT,
               "%s: IDX type must be 0x08, 0x09, 0x0b, 0x0c, 0x0d or 0x0e, not "
               "'0x%02x'",
               name, code);
  return false;
}

/* The dimensions follow the first four bytes of `data`. */
static bool
parse_shape (const char *name, const uint8_t *data, size_t size,
             DnnShape *ret_shape, GError **error)
{
  DnnShape shape = { .n_dims = data[3] };

  if (shape.n_dims < 1 || shape.n_dims > DNN_MAX_DIMS) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_FORMAT,
                 "%s: an IDX file must have 1 to %d dimensions, not '%u'", name,
                 DNN_MAX_DIMS, shape.n_dims);
    return false;
  }
  if (size < 4 + 4 * (size_t) shape.n_dims) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_FORMAT,
                 "%s: ends after '%zu' bytes, within its header of %u", name,
                 size, 4 + 4 * shape.n_dims);
    return false;
  }

  for (uint32_t i = 0; i < shape.n_dims; i++) {
    uint32_t dim;

    memcpy (&dim, data + 4 + 4 * (size_t) i, sizeof dim);
    shape.dims[i] = GUINT32_FROM_BE (dim);
  }
  *ret_shape = shape;
  return true;
}

static bool
check_size (const char *name, DnnDtype dtype, const DnnShape *shape,
            size_t size, GError **error)
{
  const size_t item = dnn_dtype_size (dtype);
  int64_t n;

  if (!dnn_shape_count (shape, &n) || (size_t) n > G_MAXSIZE / item) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_FORMAT,
                 "%s: its dimensions make more elements than can be counted, "
                 "but it has '%zu' bytes of data",
                 name, size);
    return false;
  }
  if ((size_t) n * item != size) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_FORMAT,
                 "%s: has '%zu' bytes of data, but its dimensions need %zu",
                 name, size, (size_t) n * item);
    return false;
  }
  return true;
}

bool
dnn_idx_parse_head (const char *name, const uint8_t *data, size_t size,
                    DnnDtype *ret_dtype, DnnShape *ret_shape, GError **error)
{
  g_return_val_if_fail (name != NULL && (data != NULL || size == 0), false);
  g_return_val_if_fail (error == NULL || *error == NULL, false);

  if (size < 4 || data[0] != 0 || data[1] != 0) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_FORMAT,
                 "%s: is no IDX file: it must start with two zero bytes, a "
                 "type and a number of dimensions",
                 name);
    return false;
  }
  return parse_type (name, data[2], ret_dtype, error) &&
         parse_shape (name, data, size, ret_shape, error);
}

DnnArray *
dnn_idx_parse (const char *name, GBytes *bytes, GError **error)
{
  const uint8_t *data;
  size_t size, header;
  DnnDtype dtype;
  DnnShape shape;

  g_return_val_if_fail (name != NULL && bytes != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  data = g_bytes_get_data (bytes, &size);
  if (!dnn_idx_parse_head (name, data, size, &dtype, &shape, error))
    return NULL;

  header = 4 + 4 * (size_t) shape.n_dims;
  if (!check_size (name, dtype, &shape, size - header, error))
    return NULL;

  return dnn_array_new_take_big_endian (
      dtype, shape, g_bytes_new_from_bytes (bytes, header, size - header));
}
