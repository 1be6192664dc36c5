/* dnn-onnx-private.h - the messages of onnx.proto as structs
 *
 * Each begins with what the user of a model sees, and goes on with fields of
 * the file that this is made of.
 */
#pragma once

#include "dnn-onnx.h"
#include "dnn-protobuf.h"

G_BEGIN_DECLS

typedef struct DnnOnnxTensorFields {
  DnnOnnxTensor tensor;
  const char *name;
  int64_t *dims;
  size_t n_dims;
  float *floats;
  size_t n_floats;
  int32_t *int32s;
  size_t n_int32s;
  int64_t *int64s;
  size_t n_int64s;
  double *doubles;
  size_t n_doubles;
  int64_t *uint64s; /* the same bits */
  size_t n_uint64s;
  const void *raw;
  size_t n_raw;
  int64_t location; /* 1: in another file */
  DnnOnnxText **external;
  size_t n_external;
  size_t n_segments;
} DnnOnnxTensorFields;

typedef struct DnnOnnxDimFields {
  int64_t value;
  size_t n_values; /* 0: the size is not known */
  const char *name;
} DnnOnnxDimFields;

typedef struct DnnOnnxShapeFields {
  DnnOnnxDimFields **dims;
  size_t n_dims;
} DnnOnnxShapeFields;

typedef struct DnnOnnxTensorType {
  int64_t type;
  DnnOnnxShapeFields *shape;
} DnnOnnxTensorType;

typedef struct DnnOnnxTypeFields {
  DnnOnnxTensorType *tensor;
} DnnOnnxTypeFields;

typedef struct DnnOnnxValueFields {
  DnnOnnxValue value;
  DnnOnnxTypeFields *type;
} DnnOnnxValueFields;

typedef struct DnnOnnxAttributeFields {
  DnnOnnxAttribute attribute;
  size_t n_number, n_integer; /* 1: written though it is 0 */
  const void *text;
  size_t n_text;
  DnnOnnxTensorFields **tensors;
  size_t n_tensors;
  DnnOnnxGraph **graphs;
  size_t n_graphs;
} DnnOnnxAttributeFields;

/* Everything that a graph has of one name. */
typedef struct DnnOnnxName {
  const char *name;
  size_t position; /* 0: there from the start; i + 1: node i makes it;
                    * SIZE_MAX: only described */
  const DnnOnnxValue *value;
  const DnnOnnxTensor *constant;
  const DnnOnnxNode *node;
} DnnOnnxName;

typedef struct DnnOnnxNames {
  DnnOnnxName *list; /* sorted, each name once */
  size_t n;
} DnnOnnxNames;

typedef struct DnnOnnxGraphFields {
  DnnOnnxGraph graph;
  size_t n_sparse;
  DnnOnnxNames names;
} DnnOnnxGraphFields;

typedef struct DnnOnnxFunctionFields {
  DnnOnnxFunction function;
  enum { DNN_ONNX_NEW, DNN_ONNX_OPEN, DNN_ONNX_DONE } state;
} DnnOnnxFunctionFields;

typedef struct DnnOnnxModelFields {
  DnnOnnx onnx;
  DnnForeignFile *file;              /* (owned) all there is, this too */
  DnnOnnxFunctionFields **functions; /* sorted by domain, name, overload */
} DnnOnnxModelFields;

extern const DnnProtobufMessage dnn_onnx_model_message;
extern const DnnProtobufMessage dnn_onnx_tensor_message;

/* dnn-onnx-tensor.c: makes `tensor` of the fields.  `folder`: where its data
 * may lie in other files; NULL: nowhere, and `others` is not used.  `others`:
 * location -> file that is mapped. */
bool dnn_onnx_tensor_finish (DnnOnnxTensorFields *self, DnnForeignFile *file,
                             const char *folder, GHashTable *others,
                             GError **error);

/* onnx-names.c: collects the names of a graph, which must be made once each. */
bool dnn_onnx_names_fill (DnnOnnxNames *self, DnnForeignFile *file,
                          const DnnOnnxGraph *graph, GError **error);
/* NULL where there is none. */
const DnnOnnxName *dnn_onnx_names_find (const DnnOnnxNames *self,
                                        const char *name);

/* onnx-functions.c: sorts the functions; refuses two of one name, and those
 * that call themselves. */
bool dnn_onnx_check_functions (DnnOnnxModelFields *self, GError **error);

G_END_DECLS
