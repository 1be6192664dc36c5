/* dnn-array.c - element types, their conversion, and what file holds them */
#include "dnn-array.h"

#include "dnn-file.h"
#include "dnn-idx.h"
#include "dnn-npy.h"

#include <string.h>

/* Each converter is one plain loop over contiguous elements, which the
 * compiler turns into vector instructions. */
typedef void (*Convert) (const void *in, int64_t n, float *restrict out);

typedef union Bits {
  float number;
  uint32_t bits;
} Bits;

static void
from_float32 (const void *in, int64_t n, float *restrict out)
{
  memcpy (out, in, (size_t) n * sizeof *out);
}

static void
from_float64 (const void *in, int64_t n, float *restrict out)
{
  const double *x = in;

  for (int64_t i = 0; i < n; i++)
    out[i] = (float) x[i];
}

/* Without branches and without float arithmetic on subnormal numbers, which a
 * thread may have set to be flushed to zero. */
static void
from_float16 (const void *in, int64_t n, float *restrict out)
{
  const uint16_t *x = in;

  for (int64_t i = 0; i < n; i++) {
    const uint32_t magnitude = x[i] & 0x7fffU;
    const uint32_t sign = (uint32_t) (x[i] & 0x8000U) << 16;
    const uint32_t is_small = 0U - (magnitude < 0x0400U); /* all bits or none */
    const uint32_t is_huge = 0U - (magnitude >= 0x7c00U); /* inf and NaN */
    const uint32_t shift = 112U << 23; /* of the exponent: 15 -> 127 */
    const Bits small = { .number = (float) (int32_t) magnitude * 0x1p-24f };
    Bits y = { .bits = (magnitude << 13) + shift + (is_huge & shift) };

    y.bits = (small.bits & is_small) | (y.bits & ~is_small) | sign;
    out[i] = y.number;
  }
}

static void
from_uint8 (const void *in, int64_t n, float *restrict out)
{
  const uint8_t *x = in;

  for (int64_t i = 0; i < n; i++)
    out[i] = x[i];
}

static void
from_int8 (const void *in, int64_t n, float *restrict out)
{
  const int8_t *x = in;

  for (int64_t i = 0; i < n; i++)
    out[i] = x[i];
}

static void
from_uint16 (const void *in, int64_t n, float *restrict out)
{
  const uint16_t *x = in;

  for (int64_t i = 0; i < n; i++)
    out[i] = x[i];
}

static void
from_int16 (const void *in, int64_t n, float *restrict out)
{
  const int16_t *x = in;

  for (int64_t i = 0; i < n; i++)
    out[i] = x[i];
}

static void
from_uint32 (const void *in, int64_t n, float *restrict out)
{
  const uint32_t *x = in;

  for (int64_t i = 0; i < n; i++)
    out[i] = (float) x[i];
}

static void
from_int32 (const void *in, int64_t n, float *restrict out)
{
  const int32_t *x = in;

  for (int64_t i = 0; i < n; i++)
    out[i] = (float) x[i];
}

static void
from_uint64 (const void *in, int64_t n, float *restrict out)
{
  const uint64_t *x = in;

  for (int64_t i = 0; i < n; i++)
    out[i] = (float) x[i];
}

static void
from_int64 (const void *in, int64_t n, float *restrict out)
{
  const int64_t *x = in;

  for (int64_t i = 0; i < n; i++)
    out[i] = (float) x[i];
}

/* NumPy calls any byte but 0 true. */
static void
from_bool (const void *in, int64_t n, float *restrict out)
{
  const uint8_t *x = in;

  for (int64_t i = 0; i < n; i++)
    out[i] = x[i] != 0 ? 1.0f : 0.0f;
}

static const struct {
  const char *name;
  size_t size;
  Convert convert;
} dtypes[] = {
  [DNN_FLOAT32] = { "float32", 4, from_float32 },
  [DNN_FLOAT64] = { "float64", 8, from_float64 },
  [DNN_FLOAT16] = { "float16", 2, from_float16 },
  [DNN_UINT8] = { "uint8", 1, from_uint8 },
  [DNN_INT8] = { "int8", 1, from_int8 },
  [DNN_UINT16] = { "uint16", 2, from_uint16 },
  [DNN_INT16] = { "int16", 2, from_int16 },
  [DNN_UINT32] = { "uint32", 4, from_uint32 },
  [DNN_INT32] = { "int32", 4, from_int32 },
  [DNN_UINT64] = { "uint64", 8, from_uint64 },
  [DNN_INT64] = { "int64", 8, from_int64 },
  [DNN_BOOL8] = { "bool", 1, from_bool },
};

size_t
dnn_dtype_size (DnnDtype dtype)
{
  g_return_val_if_fail ((size_t) dtype < G_N_ELEMENTS (dtypes), 0);

  return dtypes[dtype].size;
}

const char *
dnn_dtype_name (DnnDtype dtype)
{
  g_return_val_if_fail ((size_t) dtype < G_N_ELEMENTS (dtypes), NULL);

  return dtypes[dtype].name;
}

bool
dnn_shape_count (const DnnShape *shape, int64_t *ret_n)
{
  bool empty = false;
  int64_t n = 1;

  g_return_val_if_fail (shape != NULL && ret_n != NULL, false);
  g_return_val_if_fail (shape->n_dims <= DNN_MAX_DIMS, false);

  /* a 0 is left out of the product, so that no part of it overflows either:
   * the size of a row is such a part */
  for (uint32_t i = 0; i < shape->n_dims; i++) {
    if (shape->dims[i] < 0)
      return false;
    if (shape->dims[i] == 0)
      empty = true;
    else if (n > INT64_MAX / shape->dims[i])
      return false;
    else
      n *= shape->dims[i];
  }

  *ret_n = empty ? 0 : n;
  return true;
}

DnnArray *
dnn_array_new_take (DnnDtype dtype, DnnShape shape, GBytes *bytes)
{
  g_autoptr (GBytes) owned = bytes;
  DnnArray *self;
  int64_t n;
  size_t size;
  const void *data;

  g_return_val_if_fail ((size_t) dtype < G_N_ELEMENTS (dtypes), NULL);
  g_return_val_if_fail (bytes != NULL && dnn_shape_count (&shape, &n), NULL);

  data = g_bytes_get_data (bytes, &size);
  g_return_val_if_fail (size % dtypes[dtype].size == 0, NULL);
  g_return_val_if_fail (size / dtypes[dtype].size == (size_t) n, NULL);

  if ((uintptr_t) data % dtypes[dtype].size != 0) {
    g_bytes_unref (owned);
    owned = g_bytes_new (data, size);
  }

  self = g_atomic_rc_box_new0 (DnnArray);
  self->dtype = dtype;
  self->shape = shape;
  self->data = g_bytes_get_data (owned, NULL);
  self->bytes = g_steal_pointer (&owned);
  return self;
}

/* Out of place, from any address. */
static void
swap16 (const uint8_t *in, size_t n, uint8_t *restrict out)
{
  for (size_t i = 0; i < n; i++) {
    uint16_t word;

    memcpy (&word, in + 2 * i, sizeof word);
    word = GUINT16_SWAP_LE_BE (word);
    memcpy (out + 2 * i, &word, sizeof word);
  }
}

static void
swap32 (const uint8_t *in, size_t n, uint8_t *restrict out)
{
  for (size_t i = 0; i < n; i++) {
    uint32_t word;

    memcpy (&word, in + 4 * i, sizeof word);
    word = GUINT32_SWAP_LE_BE (word);
    memcpy (out + 4 * i, &word, sizeof word);
  }
}

static void
swap64 (const uint8_t *in, size_t n, uint8_t *restrict out)
{
  for (size_t i = 0; i < n; i++) {
    uint64_t word;

    memcpy (&word, in + 8 * i, sizeof word);
    word = GUINT64_SWAP_LE_BE (word);
    memcpy (out + 8 * i, &word, sizeof word);
  }
}

DnnArray *
dnn_array_new_take_big_endian (DnnDtype dtype, DnnShape shape, GBytes *bytes)
{
  g_autoptr (GBytes) owned = bytes;
  const uint8_t *in;
  uint8_t *out;
  size_t n;

  g_return_val_if_fail ((size_t) dtype < G_N_ELEMENTS (dtypes), NULL);
  g_return_val_if_fail (bytes != NULL, NULL);

  if (dtypes[dtype].size == 1)
    return dnn_array_new_take (dtype, shape, g_steal_pointer (&owned));

  in = g_bytes_get_data (bytes, &n);
  out = g_malloc (n);
  switch (dtypes[dtype].size) {
  case 2:
    swap16 (in, n / 2, out);
    break;
  case 4:
    swap32 (in, n / 4, out);
    break;
  default:
    swap64 (in, n / 8, out);
  }
  return dnn_array_new_take (dtype, shape, g_bytes_new_take (out, n));
}

DnnArray *
dnn_array_ref (DnnArray *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return g_atomic_rc_box_acquire (self);
}

static void
clear (void *data)
{
  DnnArray *self = data;

  g_bytes_unref (self->bytes);
}

void
dnn_array_unref (DnnArray *self)
{
  if (self != NULL)
    g_atomic_rc_box_release_full (self, clear);
}

int64_t
dnn_array_row_size (const DnnArray *self)
{
  int64_t n = 1;

  g_return_val_if_fail (self != NULL, 0);

  for (uint32_t i = 1; i < self->shape.n_dims; i++)
    n *= self->shape.dims[i];
  return n;
}

void
dnn_array_to_float (const DnnArray *self, int64_t first, int64_t n, float *out)
{
  size_t size;

  g_return_if_fail (self != NULL && first >= 0 && n >= 0);
  g_return_if_fail (out != NULL || n == 0);

  size = dtypes[self->dtype].size;
  g_return_if_fail ((size_t) first + (size_t) n <=
                    g_bytes_get_size (self->bytes) / size);

  if (n > 0)
    dtypes[self->dtype].convert (
        (const uint8_t *) self->data + (size_t) first * size, n, out);
}

DnnArray *
dnn_array_load (const char *path, GError **error)
{
  g_autoptr (GBytes) bytes = NULL;
  const uint8_t *data;
  size_t size;

  g_return_val_if_fail (path != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  bytes = dnn_file_read (path, error);
  if (bytes == NULL)
    return NULL;

  data = g_bytes_get_data (bytes, &size);
  if (size >= 6 && memcmp (data, "\x93NUMPY", 6) == 0)
    return dnn_npy_parse (path, bytes, error);
  if (size >= 4 && data[0] == 0 && data[1] == 0)
    return dnn_idx_parse (path, bytes, error);

  if (size >= 2 && data[0] == 0x1f && data[1] == 0x8b) {
    g_autoptr (GBytes) inflated = dnn_file_inflate (path, bytes, error);

    return inflated != NULL ? dnn_idx_parse (path, inflated, error) : NULL;
  }

  if (size == 0)
    g_set_error (error, DNN_ERROR, DNN_ERROR_FORMAT,
                 "%s: is empty; an IDX (also .gz) or .npy file would be read",
                 path);
  else
    g_set_error (error, DNN_ERROR, DNN_ERROR_FORMAT,
                 "%s: starts with the byte '0x%02x'; an IDX (also .gz) or .npy "
                 "file would be read",
                 path, data[0]);
  return NULL;
}
