/* dnn-dtype.h - types of elements: their size, name and numbers */
#pragma once

#include <dnn/abi/tensor.h>
#include <stdbool.h>

#include "dnn-decls.h"

DNN_BEGIN_DECLS

/* True if there is an element type of that number (DnnDtype). */
bool dnn_dtype_is (uint32_t dtype);

/* Bytes of one element. */
size_t dnn_dtype_size (DnnDtype dtype);

/* "float32", as NumPy says it. */
const char *dnn_dtype_name (DnnDtype dtype);

/* Bytes of all elements of a tensor. */
size_t dnn_tensor_bytes (const DnnTensor *self);

/* Writes dnn_count (self) numbers into the tensor: whole numbers are rounded,
 * ties to even, and held within the range of their type; NaN becomes 0. */
void dnn_tensor_set_floats (DnnTensor *self, const float *from);

DNN_END_DECLS
