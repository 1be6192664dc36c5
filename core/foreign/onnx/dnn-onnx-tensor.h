/* dnn-onnx-tensor.h - constants of ONNX files as arrays
 *
 * All belongs to the model.  Numbers that the file holds as they are (raw data,
 * in the file or beside it) stay in the mapped file.
 */
#pragma once

#include "dnn-safetensors.h"

DNN_BEGIN_DECLS

/* Element types; the numbers are those of TensorProto.DataType. */
typedef enum DnnOnnxType {
  DNN_ONNX_UNDEFINED = 0,
  DNN_ONNX_FLOAT = 1,
  DNN_ONNX_UINT8 = 2,
  DNN_ONNX_INT8 = 3,
  DNN_ONNX_UINT16 = 4,
  DNN_ONNX_INT16 = 5,
  DNN_ONNX_INT32 = 6,
  DNN_ONNX_INT64 = 7,
  DNN_ONNX_STRING = 8,
  DNN_ONNX_BOOL = 9,
  DNN_ONNX_FLOAT16 = 10,
  DNN_ONNX_DOUBLE = 11,
  DNN_ONNX_UINT32 = 12,
  DNN_ONNX_UINT64 = 13,
  DNN_ONNX_COMPLEX64 = 14,
  DNN_ONNX_COMPLEX128 = 15,
  DNN_ONNX_BFLOAT16 = 16
} DnnOnnxType;

/* "float16", as ONNX' operator pages say it; "type 23" for one that is not in
 * the list.  Returns: (transfer none) */
const char *dnn_onnx_type_name (int64_t type);

/* The type of arrays with these elements: of bfloat16 float32, which holds each
 * of its numbers.  False: no array holds them. */
bool dnn_onnx_type_to_dtype (int64_t type, DnnDtype *ret_dtype);
/* The other way round. */
DnnOnnxType dnn_onnx_type_of (DnnDtype dtype);

typedef struct DnnOnnxTensor {
  /* Little-endian data at any address: memcpy is the way to them.  They are
   * NULL where no array holds the elements (texts, complex numbers, 8-bit
   * floats); dtype then means nothing. */
  DnnNamedTensor array;
  int64_t type;             /* a DnnOnnxType, or a later number */
  const char *const *texts; /* of STRING */
  size_t n_texts;
} DnnOnnxTensor;

/* Reads a serialized TensorProto, as ONNX' own tests keep their inputs and
 * outputs; its name may be "". */
typedef struct DnnOnnxTensorFile DnnOnnxTensorFile;

DnnOnnxTensorFile *dnn_onnx_tensor_file_parse (const char *name, GBytes *bytes,
                                               GError **error);
void dnn_onnx_tensor_file_free (DnnOnnxTensorFile *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnnOnnxTensorFile, dnn_onnx_tensor_file_free)
const DnnOnnxTensor *dnn_onnx_tensor_file_get (const DnnOnnxTensorFile *self);

DNN_END_DECLS
