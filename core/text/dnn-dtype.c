/* dnn-dtype.c - types of elements, as a table */
#include "dnn-dtype.h"

#include <glib.h>
#include <math.h>
#include <string.h>

static const struct {
  const char *name;
  size_t size;
} dtypes[] = {
  [DNN_FLOAT32] = { "float32", 4 }, [DNN_FLOAT64] = { "float64", 8 },
  [DNN_FLOAT16] = { "float16", 2 }, [DNN_UINT8] = { "uint8", 1 },
  [DNN_INT8] = { "int8", 1 },       [DNN_UINT16] = { "uint16", 2 },
  [DNN_INT16] = { "int16", 2 },     [DNN_UINT32] = { "uint32", 4 },
  [DNN_INT32] = { "int32", 4 },     [DNN_UINT64] = { "uint64", 8 },
  [DNN_INT64] = { "int64", 8 },     [DNN_BOOL8] = { "bool", 1 },
};

bool
dnn_dtype_is (uint32_t dtype)
{
  return dtype < G_N_ELEMENTS (dtypes);
}

size_t
dnn_dtype_size (DnnDtype dtype)
{
  g_return_val_if_fail (dnn_dtype_is (dtype), 0);

  return dtypes[dtype].size;
}

const char *
dnn_dtype_name (DnnDtype dtype)
{
  g_return_val_if_fail (dnn_dtype_is (dtype), NULL);

  return dtypes[dtype].name;
}

size_t
dnn_tensor_bytes (const DnnTensor *self)
{
  size_t n = dnn_dtype_size ((DnnDtype) self->dtype);

  for (uint32_t i = 0; i < self->n_dims; i++)
    n *= (size_t) self->dims[i];
  return n;
}

/* --- numbers ------------------------------------------------------------- */

/* The nearest whole number of lo .. hi; `most` is the largest double that is
 * not above hi. */
static double
whole (float x, double lo, double most)
{
  return isnan (x) ? 0 : CLAMP (rint ((double) x), lo, most);
}

/* The nearest half, ties to even, as IEEE 754 rounds. */
static uint16_t
half_of (float x)
{
  union {
    float number;
    uint32_t bits;
  } value = { .number = x }, scaled;
  const uint16_t sign = (uint16_t) (value.bits >> 16 & 0x8000);
  const float size = fabsf (x);

  if (isnan (x))
    return (uint16_t) (sign | 0x7e00);
  if (size >= 65520)
    return (uint16_t) (sign | 0x7c00);
  if (size < 0x1p-14f) /* subnormal: multiples of 2^-24 */
    return (uint16_t) (sign | (uint16_t) rintf (size * 0x1p24f));
  scaled.number = size;
  scaled.bits += 0xfff + (scaled.bits >> 13 & 1);
  return (uint16_t) (sign | (uint16_t) ((scaled.bits >> 13) - (112U << 10)));
}

#define EACH(type, value)                                                      \
  do {                                                                         \
    type *out = self->data;                                                    \
    for (int64_t i = 0; i < n; i++)                                            \
      out[i] = (type) (value);                                                 \
  } while (0)

void
dnn_tensor_set_floats (DnnTensor *self, const float *from)
{
  const int64_t n =
      (int64_t) (dnn_tensor_bytes (self) / dtypes[self->dtype].size);

  switch ((DnnDtype) self->dtype) {
  case DNN_FLOAT32:
    memcpy (self->data, from, (size_t) n * sizeof *from);
    break;
  case DNN_FLOAT64:
    EACH (double, from[i]);
    break;
  case DNN_FLOAT16:
    EACH (uint16_t, half_of (from[i]));
    break;
  case DNN_UINT8:
    EACH (uint8_t, whole (from[i], 0, UINT8_MAX));
    break;
  case DNN_INT8:
    EACH (int8_t, whole (from[i], INT8_MIN, INT8_MAX));
    break;
  case DNN_UINT16:
    EACH (uint16_t, whole (from[i], 0, UINT16_MAX));
    break;
  case DNN_INT16:
    EACH (int16_t, whole (from[i], INT16_MIN, INT16_MAX));
    break;
  case DNN_UINT32:
    EACH (uint32_t, whole (from[i], 0, UINT32_MAX));
    break;
  case DNN_INT32:
    EACH (int32_t, whole (from[i], INT32_MIN, INT32_MAX));
    break;
  case DNN_UINT64:
    EACH (uint64_t, whole (from[i], 0, 0x1.fffffffffffffp63));
    break;
  case DNN_INT64:
    EACH (int64_t, whole (from[i], INT64_MIN, 0x1.fffffffffffffp62));
    break;
  case DNN_BOOL8:
    EACH (uint8_t, from[i] != 0);
    break;
  }
}
