/* dnn-array.c - element types, their conversion, and pages of files */
#include "dnn-array.h"

#include "dnn-dtype.h"
#include "dnn-shape.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Rows of `size` contiguous elements each, to one place after another.  Inner
 * loops are plain, so that the compiler turns them into vector instructions,
 * and not into a call of memcpy a row, which may be short. */
typedef void (*Convert) (const void *in, const int64_t *rows, int64_t n,
                         int64_t size, float *restrict out);

/* Rows lie anywhere, and each is a wait for memory: how far on one is asked for
 * by the time it is needed. */
enum { AHEAD = 96 };

#if defined(__clang__)
#define NO_CALLS __attribute__ ((no_builtin ("memcpy", "memmove")))
#elif defined(__GNUC__)
#define NO_CALLS __attribute__ ((optimize ("no-tree-loop-distribute-patterns")))
#else
#define NO_CALLS
#endif

#define CONVERT(name, Type, convert)                                           \
  NO_CALLS static void name (const void *in, const int64_t *rows, int64_t n,   \
                             int64_t size, float *restrict out)                \
  {                                                                            \
    for (int64_t i = 0; i < n; i++, out += size) {                             \
      const Type *x = (const Type *) in + rows[i] * size;                      \
      const int64_t next = rows[MIN (i + AHEAD, n - 1)];                       \
                                                                               \
      __builtin_prefetch ((const Type *) in + next * size);                    \
      if (size == 1) { /* a label: done before a loop gets under way */        \
        *out = convert (*x);                                                   \
        continue;                                                              \
      }                                                                        \
      for (int64_t j = 0; j < size; j++)                                       \
        out[j] = convert (x[j]);                                               \
    }                                                                          \
  }

typedef union Bits {
  float number;
  uint32_t bits;
} Bits;

/* Without branches and without float arithmetic on subnormal numbers, which a
 * thread may have set to be flushed to zero. */
static inline float
float_of_half (uint16_t x)
{
  const uint32_t magnitude = x & 0x7fffU;
  const uint32_t sign = (uint32_t) (x & 0x8000U) << 16;
  const uint32_t is_small = 0U - (magnitude < 0x0400U); /* all bits or none */
  const uint32_t is_huge = 0U - (magnitude >= 0x7c00U); /* inf and NaN */
  const uint32_t shift = 112U << 23; /* of the exponent: 15 -> 127 */
  const Bits small = { .number = (float) (int32_t) magnitude * 0x1p-24f };
  Bits y = { .bits = (magnitude << 13) + shift + (is_huge & shift) };

  y.bits = (small.bits & is_small) | (y.bits & ~is_small) | sign;
  return y.number;
}

/* NumPy calls any byte but 0 true. */
#define FLOAT_OF_BOOL(x) ((x) != 0 ? 1.0f : 0.0f)

CONVERT (from_float32, float, )
CONVERT (from_float64, double, (float) )
CONVERT (from_float16, uint16_t, float_of_half)
CONVERT (from_uint8, uint8_t, )
CONVERT (from_int8, int8_t, )
CONVERT (from_uint16, uint16_t, )
CONVERT (from_int16, int16_t, )
CONVERT (from_uint32, uint32_t, (float) )
CONVERT (from_int32, int32_t, (float) )
CONVERT (from_uint64, uint64_t, (float) )
CONVERT (from_int64, int64_t, (float) )
CONVERT (from_bool, uint8_t, FLOAT_OF_BOOL)

/* `n` elements that follow each other are one row. */
static const int64_t first_row[] = { 0 };

static const Convert converts[] = {
  [DNN_FLOAT32] = from_float32, [DNN_FLOAT64] = from_float64,
  [DNN_FLOAT16] = from_float16, [DNN_UINT8] = from_uint8,
  [DNN_INT8] = from_int8,       [DNN_UINT16] = from_uint16,
  [DNN_INT16] = from_int16,     [DNN_UINT32] = from_uint32,
  [DNN_INT32] = from_int32,     [DNN_UINT64] = from_uint64,
  [DNN_INT64] = from_int64,     [DNN_BOOL8] = from_bool,
};

DnnArray *
dnn_array_new_take (DnnDtype dtype, DnnShape shape, GBytes *bytes)
{
  g_autoptr (GBytes) owned = bytes;
  DnnArray *self;
  int64_t n;
  size_t size;

  g_return_val_if_fail ((size_t) dtype < G_N_ELEMENTS (converts), NULL);
  g_return_val_if_fail (bytes != NULL && dnn_shape_count (&shape, &n), NULL);

  size = g_bytes_get_size (bytes);
  g_return_val_if_fail (size % dnn_dtype_size (dtype) == 0, NULL);
  g_return_val_if_fail (size / dnn_dtype_size (dtype) == (size_t) n, NULL);

  self = g_atomic_rc_box_new0 (DnnArray);
  self->dtype = dtype;
  self->shape = shape;
  self->row = 1;
  for (uint32_t i = 1; i < shape.n_dims; i++)
    self->row *= shape.dims[i];
  self->data = g_bytes_get_data (owned, NULL);
  self->bytes = g_steal_pointer (&owned);
  return self;
}

DnnArray *
dnn_array_new_take_big_endian (DnnDtype dtype, DnnShape shape, GBytes *bytes)
{
  DnnArray *self = dnn_array_new_take (dtype, shape, bytes);

  if (self != NULL)
    self->swapped = dnn_dtype_size (dtype) > 1;
  return self;
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

/* --- conversion ---------------------------------------------------------- */

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

/* Elements that lie oddly are brought into order this many at a time. */
enum { PIECE = 512 };

/* Of elements in the other byte order, or at no address of their type. */
static void
convert_in_pieces (const DnnArray *self, const uint8_t *in, int64_t n,
                   float *out)
{
  const size_t size = dnn_dtype_size (self->dtype);
  uint64_t piece[PIECE];

  for (int64_t i = 0; i < n; i += PIECE) {
    const size_t take = (size_t) MIN (n - i, PIECE);
    const uint8_t *from = in + (size_t) i * size;

    if (!self->swapped)
      memcpy (piece, from, take * size);
    else if (size == 2)
      swap16 (from, take, (uint8_t *) piece);
    else if (size == 4)
      swap32 (from, take, (uint8_t *) piece);
    else
      swap64 (from, take, (uint8_t *) piece);
    converts[self->dtype](piece, first_row, 1, (int64_t) take, out + i);
  }
}

void
dnn_array_to_float (const DnnArray *self, int64_t first, int64_t n, float *out)
{
  const uint8_t *in;
  size_t size;

  g_return_if_fail (self != NULL && first >= 0 && n >= 0);
  g_return_if_fail (out != NULL || n == 0);

  size = dnn_dtype_size (self->dtype);
  g_return_if_fail ((size_t) first + (size_t) n <=
                    g_bytes_get_size (self->bytes) / size);

  if (n == 0)
    return;
  in = (const uint8_t *) self->data + (size_t) first * size;
  if (self->swapped || (uintptr_t) in % size != 0)
    convert_in_pieces (self, in, n, out);
  else
    converts[self->dtype](in, first_row, 1, n, out);
}

void
dnn_array_rows_to_float (const DnnArray *self, const int64_t *rows, int64_t n,
                         float *out)
{
  const size_t size = dnn_dtype_size (self->dtype);

  if (!self->swapped && (uintptr_t) self->data % size == 0)
    converts[self->dtype](self->data, rows, n, self->row, out);
  else
    for (int64_t i = 0; i < n; i++)
      dnn_array_to_float (self, rows[i] * self->row, self->row,
                          out + i * self->row);
}

/* An element of a type that float32 cannot hold, from any address. */
static double
double_of (const DnnArray *self, int64_t i)
{
  const size_t size = dnn_dtype_size (self->dtype);
  const uint8_t *in = (const uint8_t *) self->data + (size_t) i * size;
  union {
    double f64;
    uint64_t u64;
    int64_t i64;
    uint32_t u32;
    int32_t i32;
  } x = { 0 };

  if (size == 8 && self->swapped)
    swap64 (in, 1, (uint8_t *) &x);
  else if (size == 4 && self->swapped)
    swap32 (in, 1, (uint8_t *) &x);
  else
    memcpy (&x, in, size);
  switch (self->dtype) {
  case DNN_FLOAT64:
    return x.f64;
  case DNN_UINT64:
    return (double) x.u64;
  case DNN_INT64:
    return (double) x.i64;
  case DNN_UINT32:
    return x.u32;
  default:
    return x.i32;
  }
}

bool
dnn_dtype_is_wide (DnnDtype dtype)
{
  return dtype == DNN_FLOAT64 || dtype == DNN_UINT64 || dtype == DNN_INT64 ||
         dtype == DNN_UINT32 || dtype == DNN_INT32;
}

void
dnn_array_rows_to_double (const DnnArray *self, const int64_t *rows, int64_t n,
                          double *out)
{
  const bool wide = dnn_dtype_is_wide (self->dtype);
  float piece[PIECE];

  for (int64_t i = 0; i < n; i++, out += self->row)
    for (int64_t j = 0, take; j < self->row; j += take) {
      const int64_t first = rows[i] * self->row + j;

      take = MIN (self->row - j, PIECE);
      if (!wide)
        dnn_array_to_float (self, first, take, piece);
      for (int64_t k = 0; k < take; k++)
        out[j + k] = wide ? double_of (self, first + k) : (double) piece[k];
    }
}

/* --- pages of a file ----------------------------------------------------- */

/* `advice` about the pages on which `n` bytes from `start` lie. */
static void
advise (const uint8_t *start, size_t n, int advice)
{
  const uintptr_t page = (uintptr_t) sysconf (_SC_PAGESIZE);
  const uintptr_t from = (uintptr_t) start / page * page;

  /* advice that is not taken costs memory or time, nothing else */
  if (n > 0)
    (void) madvise ((void *) from, (uintptr_t) start + n - from, advice);
}

void
dnn_array_release (const DnnArray *self)
{
  g_return_if_fail (self != NULL);

  if (self->mapped)
    advise (self->data, g_bytes_get_size (self->bytes), MADV_DONTNEED);
}

size_t
dnn_array_resident_size (const DnnArray *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->mapped ? 0 : g_bytes_get_size (self->bytes);
}
