/* dnn-idx.h - reads the IDX format, in which MNIST and its kin are published
 *
 * Two zero bytes, a byte for the type, a byte for the number of dimensions,
 * the dimensions as big-endian 32-bit numbers, the data, big-endian.
 */
#pragma once

#include "dnn-array.h"

DNN_BEGIN_DECLS

/* Keeps a part of `bytes` where elements are single bytes, else copies.
 * `name` starts every error message. */
DnnArray *dnn_idx_parse (const char *name, GBytes *bytes, GError **error);

/* The header alone, in the first `size` bytes of the file. */
bool dnn_idx_parse_head (const char *name, const uint8_t *data, size_t size,
                         DnnDtype *ret_dtype, DnnShape *ret_shape,
                         GError **error);

DNN_END_DECLS
