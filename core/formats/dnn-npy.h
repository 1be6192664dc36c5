/* dnn-npy.h - reads and writes .npy, the file format of one NumPy array
 *
 * Versions 1.0, 2.0 and 3.0; booleans, integers and floats of either byte
 * order, in C or Fortran order.  See numpy.lib.format.
 */
#pragma once

#include "dnn-array.h"

DNN_BEGIN_DECLS

/* Keeps a part of `bytes` where they are as an array wants them (C order,
 * little-endian), else copies.  `name` starts every error message. */
DnnArray *dnn_npy_parse (const char *name, GBytes *bytes, GError **error);

/* Its header alone, checked against the size of `bytes`: no element is looked
 * at. */
bool dnn_npy_parse_head (const char *name, GBytes *bytes, DnnDtype *ret_dtype,
                         DnnShape *ret_shape, GError **error);

/* Writes numbers of float32 or int64 as version 1.0, to a temporary that is
 * renamed. */
bool dnn_npy_write (const char *path, DnnDtype dtype, const void *data,
                    DnnShape shape, GError **error);

DNN_END_DECLS
