/* dnn-onnx.h - an ONNX model file as a graph of nodes and named values
 *
 * Opsets 7 to 28, IR versions 3 to 14 (onnx.proto of ONNX 1.23).  The file is
 * read and checked at once: each name that a node uses is an input, a constant
 * or the output of an earlier node, so that no graph has a circle.  No operator
 * is known here.
 *
 * The model owns all that it hands out; constants stay in the mapped file.
 */
#pragma once

#include "dnn-onnx-tensor.h"

DNN_BEGIN_DECLS

typedef struct DnnOnnxGraph DnnOnnxGraph;

/* An axis. */
typedef struct DnnOnnxDim {
  int64_t size;     /* -1: not known */
  const char *name; /* of a size that is not known, "batch"; may be "" */
} DnnOnnxDim;

/* Type and axes of an input, an output or a value between. */
typedef struct DnnOnnxValue {
  const char *name;
  bool is_tensor; /* else a sequence, a map or an optional */
  int64_t type;   /* of its elements, a DnnOnnxType */
  bool has_shape;
  const DnnOnnxDim *dims;
  size_t n_dims;
} DnnOnnxValue;

/* The numbers are those of AttributeProto.AttributeType. */
typedef enum DnnOnnxAttributeType {
  DNN_ONNX_ATTRIBUTE_UNDEFINED = 0,
  DNN_ONNX_ATTRIBUTE_FLOAT = 1,
  DNN_ONNX_ATTRIBUTE_INT = 2,
  DNN_ONNX_ATTRIBUTE_TEXT = 3,
  DNN_ONNX_ATTRIBUTE_TENSOR = 4,
  DNN_ONNX_ATTRIBUTE_GRAPH = 5,
  DNN_ONNX_ATTRIBUTE_FLOATS = 6,
  DNN_ONNX_ATTRIBUTE_INTS = 7,
  DNN_ONNX_ATTRIBUTE_TEXTS = 8,
  DNN_ONNX_ATTRIBUTE_TENSORS = 9,
  DNN_ONNX_ATTRIBUTE_GRAPHS = 10,
  DNN_ONNX_ATTRIBUTE_LAST = 14 /* those between are read by name only */
} DnnOnnxAttributeType;

/* Members of other types are 0, "" or NULL. */
typedef struct DnnOnnxAttribute {
  const char *name;
  int64_t type;          /* a DnnOnnxAttributeType */
  const char *reference; /* in a function: the function's attribute that it
                          * takes its value from; else "" */
  float number;
  int64_t integer;
  const char *text; /* NULL where it holds a zero byte */
  const DnnOnnxTensor *tensor;
  const DnnOnnxGraph *graph;
  const float *floats;
  size_t n_floats;
  const int64_t *ints;
  size_t n_ints;
  const char *const *texts;
  size_t n_texts;
} DnnOnnxAttribute;

typedef struct DnnOnnxNode {
  const char *name;   /* may be "" */
  const char *op;     /* "Conv" */
  const char *domain; /* "" for ONNX' own operators */
  const char *overload;
  const char *const *inputs; /* names of values; "" for one left out */
  size_t n_inputs;
  const char *const *outputs;
  size_t n_outputs;
  const DnnOnnxAttribute *const *attributes;
  size_t n_attributes;
} DnnOnnxNode;

struct DnnOnnxGraph {
  const char *name;
  const DnnOnnxNode *const *nodes; /* each after those whose outputs it uses */
  size_t n_nodes;
  const DnnOnnxValue *const *inputs; /* with those that have a constant, too */
  size_t n_inputs;
  const DnnOnnxValue *const *outputs;
  size_t n_outputs;
  const DnnOnnxValue *const *values; /* between; as many as the file has */
  size_t n_values;
  const DnnOnnxTensor *const *constants; /* initializers */
  size_t n_constants;
};

typedef struct DnnOnnxOpset {
  const char *domain; /* "" for ONNX' own */
  int64_t version;
} DnnOnnxOpset;

/* An operator that the model writes in others. */
typedef struct DnnOnnxFunction {
  const char *name, *domain, *overload;
  const char *const *inputs;
  size_t n_inputs;
  const char *const *outputs;
  size_t n_outputs;
  const char *const *attributes; /* names of those without a default */
  size_t n_attributes;
  const DnnOnnxAttribute *const *defaults;
  size_t n_defaults;
  const DnnOnnxNode *const *nodes;
  size_t n_nodes;
  const DnnOnnxOpset *const *opsets;
  size_t n_opsets;
} DnnOnnxFunction;

typedef struct DnnOnnxText {
  const char *key, *value;
} DnnOnnxText;

typedef struct DnnOnnx {
  int64_t ir_version;
  const char *producer, *producer_version;
  const DnnOnnxGraph *graph;
  const DnnOnnxOpset *const *opsets;
  size_t n_opsets;
  const DnnOnnxFunction *const *functions;
  size_t n_functions;
  const DnnOnnxText *const *metadata;
  size_t n_metadata;
} DnnOnnx;

/* Maps and reads the model at `path`.  Data that it keeps in other files are
 * mapped, too, from below the folder of `path` only, and no link is followed.
 * DNN_ERROR_FORMAT for a file that is none or not read, with the sentence. */
DnnOnnx *dnn_onnx_read (const char *path, GError **error);
/* The same from memory; `name` starts every error message.  Data in other files
 * are refused. */
DnnOnnx *dnn_onnx_parse (const char *name, GBytes *bytes, GError **error);
void dnn_onnx_free (DnnOnnx *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnnOnnx, dnn_onnx_free)

DNN_END_DECLS
