/* dnn-array.h - a file's numbers, in memory, in the file's own element type
 *
 * An array is reference-counted and never changes once it is made.  It owns
 * its bytes.  Elements are little-endian, row-major and contiguous; readers
 * bring other orders into this one.
 */
#pragma once

#include <dnn/abi/tensor.h>

#include "dnn-error.h"

DNN_BEGIN_DECLS

typedef struct DnnArray {
  DnnDtype dtype;
  DnnShape shape; /* dims[0] = rows */
  const void *data;
  GBytes *bytes; /* (owned) */
} DnnArray;

/* Takes `bytes`, which must hold exactly the elements of `shape`: a size that
 * does not fit is a bug of the caller.  They are copied only where they do not
 * lie at an address that suits the type. */
DnnArray *dnn_array_new_take (DnnDtype dtype, DnnShape shape, GBytes *bytes);
/* The same of big-endian elements: anything longer than a byte is copied. */
DnnArray *dnn_array_new_take_big_endian (DnnDtype dtype, DnnShape shape,
                                         GBytes *bytes);
DnnArray *dnn_array_ref (DnnArray *self);
void dnn_array_unref (DnnArray *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnnArray, dnn_array_unref)

/* Bytes of one element. */
size_t dnn_dtype_size (DnnDtype dtype);

/* "float32", as NumPy says it. */
const char *dnn_dtype_name (DnnDtype dtype);

/* Elements of `shape`; false where they exceed INT64_MAX or a size is
 * negative. */
bool dnn_shape_count (const DnnShape *shape, int64_t *ret_n);

/* Elements of one row: all dimensions but the first. */
int64_t dnn_array_row_size (const DnnArray *self);

/* Writes elements first .. first + n - 1 as float32 to `out`. */
void dnn_array_to_float (const DnnArray *self, int64_t first, int64_t n,
                         float *out);

/* Reads an IDX (also .gz) or .npy file; its first bytes tell which.  `path`
 * starts every error message. */
DnnArray *dnn_array_load (const char *path, GError **error);

DNN_END_DECLS
