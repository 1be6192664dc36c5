/* onnx-tables.c - onnx.proto as tables: number, kind, member
 *
 * Field numbers are those of onnx/onnx.proto, ONNX 1.23 (IR version 14); what
 * no reader of ours looks at is left out, and so skipped.
 */
#include "dnn-onnx-private.h"

#define KIND(kind) DNN_PROTOBUF_##kind
#define ONE(n, k, name, S, member)                                             \
  {                                                                            \
    (n), KIND (k), (name), offsetof (S, member), 0, NULL                       \
  }
#define MANY(n, k, name, S, member)                                            \
  {                                                                            \
    (n), KIND (k), (name), offsetof (S, member), offsetof (S, n_##member),     \
        NULL                                                                   \
  }
#define SUB(n, name, S, member, message)                                       \
  {                                                                            \
    (n), KIND (MESSAGE), (name), offsetof (S, member), 0, &(message)           \
  }
#define SUBS(n, name, S, member, message)                                      \
  {                                                                            \
    (n), KIND (MESSAGES), (name), offsetof (S, member),                        \
        offsetof (S, n_##member), &(message)                                   \
  }
#define MESSAGE(name, S, rows)                                                 \
  {                                                                            \
    (name), sizeof (S), (rows), G_N_ELEMENTS (rows)                            \
  }

static const DnnProtobufField text_fields[] = {
  ONE (1, TEXT, "key", DnnOnnxText, key),
  ONE (2, TEXT, "value", DnnOnnxText, value),
};
static const DnnProtobufMessage text_message =
    MESSAGE ("StringStringEntryProto", DnnOnnxText, text_fields);

static const DnnProtobufField opset_fields[] = {
  ONE (1, TEXT, "domain", DnnOnnxOpset, domain),
  ONE (2, INT, "version", DnnOnnxOpset, version),
};
static const DnnProtobufMessage opset_message =
    MESSAGE ("OperatorSetIdProto", DnnOnnxOpset, opset_fields);

/* --- tensors ------------------------------------------------------------- */

#define T DnnOnnxTensorFields
static const DnnProtobufField tensor_fields[] = {
  MANY (1, INTS, "dims", T, dims),
  ONE (2, INT, "data_type", T, tensor.type),
  { 3, DNN_PROTOBUF_PRESENT, "segment", 0, offsetof (T, n_segments), NULL },
  MANY (4, FLOATS, "float_data", T, floats),
  MANY (5, INT32S, "int32_data", T, int32s),
  { 6, DNN_PROTOBUF_TEXTS, "string_data", offsetof (T, tensor.texts),
    offsetof (T, tensor.n_texts), NULL },
  MANY (7, INTS, "int64_data", T, int64s),
  ONE (8, TEXT, "name", T, name),
  MANY (9, VIEW, "raw_data", T, raw),
  MANY (10, DOUBLES, "double_data", T, doubles),
  MANY (11, INTS, "uint64_data", T, uint64s),
  SUBS (13, "external_data", T, external, text_message),
  ONE (14, INT, "data_location", T, location),
};
#undef T
const DnnProtobufMessage dnn_onnx_tensor_message =
    MESSAGE ("TensorProto", DnnOnnxTensorFields, tensor_fields);

/* --- values -------------------------------------------------------------- */

static const DnnProtobufField dim_fields[] = {
  { 1, DNN_PROTOBUF_INT, "dim_value", offsetof (DnnOnnxDimFields, value),
    offsetof (DnnOnnxDimFields, n_values), NULL },
  ONE (2, TEXT, "dim_param", DnnOnnxDimFields, name),
};
static const DnnProtobufMessage dim_message =
    MESSAGE ("TensorShapeProto.Dimension", DnnOnnxDimFields, dim_fields);

static const DnnProtobufField shape_fields[] = {
  SUBS (1, "dim", DnnOnnxShapeFields, dims, dim_message),
};
static const DnnProtobufMessage shape_message =
    MESSAGE ("TensorShapeProto", DnnOnnxShapeFields, shape_fields);

static const DnnProtobufField tensor_type_fields[] = {
  ONE (1, INT, "elem_type", DnnOnnxTensorType, type),
  SUB (2, "shape", DnnOnnxTensorType, shape, shape_message),
};
static const DnnProtobufMessage tensor_type_message =
    MESSAGE ("TypeProto.Tensor", DnnOnnxTensorType, tensor_type_fields);

static const DnnProtobufField type_fields[] = {
  SUB (1, "tensor_type", DnnOnnxTypeFields, tensor, tensor_type_message),
};
static const DnnProtobufMessage type_message =
    MESSAGE ("TypeProto", DnnOnnxTypeFields, type_fields);

static const DnnProtobufField value_fields[] = {
  ONE (1, TEXT, "name", DnnOnnxValueFields, value.name),
  SUB (2, "type", DnnOnnxValueFields, type, type_message),
};
static const DnnProtobufMessage value_message =
    MESSAGE ("ValueInfoProto", DnnOnnxValueFields, value_fields);

/* --- nodes and graphs ---------------------------------------------------- */

static const DnnProtobufMessage graph_message;

#define A DnnOnnxAttributeFields
static const DnnProtobufField attribute_fields[] = {
  ONE (1, TEXT, "name", A, attribute.name),
  { 2, DNN_PROTOBUF_FLOAT, "f", offsetof (A, attribute.number),
    offsetof (A, n_number), NULL },
  { 3, DNN_PROTOBUF_INT, "i", offsetof (A, attribute.integer),
    offsetof (A, n_integer), NULL },
  MANY (4, VIEW, "s", A, text),
  SUB (5, "t", A, attribute.tensor, dnn_onnx_tensor_message),
  SUB (6, "g", A, attribute.graph, graph_message),
  { 7, DNN_PROTOBUF_FLOATS, "floats", offsetof (A, attribute.floats),
    offsetof (A, attribute.n_floats), NULL },
  { 8, DNN_PROTOBUF_INTS, "ints", offsetof (A, attribute.ints),
    offsetof (A, attribute.n_ints), NULL },
  { 9, DNN_PROTOBUF_TEXTS, "strings", offsetof (A, attribute.texts),
    offsetof (A, attribute.n_texts), NULL },
  SUBS (10, "tensors", A, tensors, dnn_onnx_tensor_message),
  SUBS (11, "graphs", A, graphs, graph_message),
  ONE (20, INT, "type", A, attribute.type),
  ONE (21, TEXT, "ref_attr_name", A, attribute.reference),
};
#undef A
static const DnnProtobufMessage attribute_message =
    MESSAGE ("AttributeProto", DnnOnnxAttributeFields, attribute_fields);

static const DnnProtobufField node_fields[] = {
  MANY (1, TEXTS, "input", DnnOnnxNode, inputs),
  MANY (2, TEXTS, "output", DnnOnnxNode, outputs),
  ONE (3, TEXT, "name", DnnOnnxNode, name),
  ONE (4, TEXT, "op_type", DnnOnnxNode, op),
  SUBS (5, "attribute", DnnOnnxNode, attributes, attribute_message),
  ONE (7, TEXT, "domain", DnnOnnxNode, domain),
  ONE (8, TEXT, "overload", DnnOnnxNode, overload),
};
static const DnnProtobufMessage node_message =
    MESSAGE ("NodeProto", DnnOnnxNode, node_fields);

#define G DnnOnnxGraphFields
static const DnnProtobufField graph_fields[] = {
  { 1, DNN_PROTOBUF_MESSAGES, "node", offsetof (G, graph.nodes),
    offsetof (G, graph.n_nodes), &node_message },
  ONE (2, TEXT, "name", G, graph.name),
  { 5, DNN_PROTOBUF_MESSAGES, "initializer", offsetof (G, graph.constants),
    offsetof (G, graph.n_constants), &dnn_onnx_tensor_message },
  { 11, DNN_PROTOBUF_MESSAGES, "input", offsetof (G, graph.inputs),
    offsetof (G, graph.n_inputs), &value_message },
  { 12, DNN_PROTOBUF_MESSAGES, "output", offsetof (G, graph.outputs),
    offsetof (G, graph.n_outputs), &value_message },
  { 13, DNN_PROTOBUF_MESSAGES, "value_info", offsetof (G, graph.values),
    offsetof (G, graph.n_values), &value_message },
  { 15, DNN_PROTOBUF_PRESENT, "sparse_initializer", 0, offsetof (G, n_sparse),
    NULL },
};
#undef G
static const DnnProtobufMessage graph_message =
    MESSAGE ("GraphProto", DnnOnnxGraphFields, graph_fields);

static const DnnProtobufField function_fields[] = {
  ONE (1, TEXT, "name", DnnOnnxFunction, name),
  MANY (4, TEXTS, "input", DnnOnnxFunction, inputs),
  MANY (5, TEXTS, "output", DnnOnnxFunction, outputs),
  MANY (6, TEXTS, "attribute", DnnOnnxFunction, attributes),
  SUBS (7, "node", DnnOnnxFunction, nodes, node_message),
  SUBS (9, "opset_import", DnnOnnxFunction, opsets, opset_message),
  ONE (10, TEXT, "domain", DnnOnnxFunction, domain),
  SUBS (11, "attribute_proto", DnnOnnxFunction, defaults, attribute_message),
  ONE (13, TEXT, "overload", DnnOnnxFunction, overload),
};
static const DnnProtobufMessage function_message =
    MESSAGE ("FunctionProto", DnnOnnxFunctionFields, function_fields);

static const DnnProtobufField model_fields[] = {
  ONE (1, INT, "ir_version", DnnOnnx, ir_version),
  ONE (2, TEXT, "producer_name", DnnOnnx, producer),
  ONE (3, TEXT, "producer_version", DnnOnnx, producer_version),
  SUB (7, "graph", DnnOnnx, graph, graph_message),
  SUBS (8, "opset_import", DnnOnnx, opsets, opset_message),
  SUBS (14, "metadata_props", DnnOnnx, metadata, text_message),
  SUBS (25, "functions", DnnOnnx, functions, function_message),
};
const DnnProtobufMessage dnn_onnx_model_message =
    MESSAGE ("ModelProto", DnnOnnxModelFields, model_fields);
