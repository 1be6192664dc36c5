/* dnn-array.h - a file's numbers, in memory, in the file's own element type
 *
 * An array is reference-counted and never changes once it is made.  It owns
 * its bytes, which may be pages of a file that the system reads when they are
 * looked at.  Elements are row-major and contiguous; they may lie at any
 * address and in either byte order, so dnn_array_to_float is the way to them.
 */
#pragma once

#include <dnn/abi/tensor.h>

#include "dnn-dtype.h"
#include "dnn-error.h"

DNN_BEGIN_DECLS

typedef struct DnnArray {
  DnnDtype dtype;
  DnnShape shape; /* dims[0] = rows */
  const void *data;
  GBytes *bytes; /* (owned) */
  bool swapped;  /* elements are big-endian */
  bool mapped;   /* the bytes are pages of a file, mapped for reading */
  int64_t row;   /* elements of a row: all dimensions but the first */
} DnnArray;

/* Takes `bytes`, which must hold exactly the elements of `shape`: a size that
 * does not fit is a bug of the caller.  Nothing is copied. */
DnnArray *dnn_array_new_take (DnnDtype dtype, DnnShape shape, GBytes *bytes);
/* The same of big-endian elements. */
DnnArray *dnn_array_new_take_big_endian (DnnDtype dtype, DnnShape shape,
                                         GBytes *bytes);
DnnArray *dnn_array_ref (DnnArray *self);
void dnn_array_unref (DnnArray *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnnArray, dnn_array_unref)

/* True if it has numbers that float32 has not. */
bool dnn_dtype_is_wide (DnnDtype dtype);

/* Elements of one row. */
static inline int64_t
dnn_array_row_size (const DnnArray *self)
{
  return self->row;
}

/* Writes elements first .. first + n - 1 as float32 to `out`. */
void dnn_array_to_float (const DnnArray *self, int64_t first, int64_t n,
                         float *out);

/* Writes `n` whole rows, of these numbers, as float32 to `out`. */
void dnn_array_rows_to_float (const DnnArray *self, const int64_t *rows,
                              int64_t n, float *out);

/* The same as float64, in which 64-bit integers beyond 2^53 are rounded. */
void dnn_array_rows_to_double (const DnnArray *self, const int64_t *rows,
                               int64_t n, double *out);

/* Gives back the memory that pages of the file have taken so far; the numbers
 * stay, and are read again when they are looked at.  Nothing happens to an
 * array that is not `mapped`. */
void dnn_array_release (const DnnArray *self);

/* Bytes that it keeps in memory whatever is released. */
size_t dnn_array_resident_size (const DnnArray *self);

DNN_END_DECLS
