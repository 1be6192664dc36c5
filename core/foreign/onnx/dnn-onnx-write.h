/* dnn-onnx-write.h - builds an ONNX model and writes it
 *
 * IR version 8, opset 17: every runtime since 2022 reads them.  All texts and
 * numbers that are handed in are copied, but for the data of constants, which
 * must live until the model is written.  Nothing is checked that onnx.checker
 * checks: names and order are the caller's.
 */
#pragma once

#include "dnn-onnx.h"

DNN_BEGIN_DECLS

typedef struct DnnOnnxWriter DnnOnnxWriter;

/* `name`: of the graph. */
DnnOnnxWriter *dnn_onnx_writer_new (const char *name);
void dnn_onnx_writer_free (DnnOnnxWriter *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnnOnnxWriter, dnn_onnx_writer_free)

/* A key and a text for people and for import. */
void dnn_onnx_writer_add_metadata (DnnOnnxWriter *self, const char *key,
                                   const char *value);
/* Operators of another domain, version 1. */
void dnn_onnx_writer_add_domain (DnnOnnxWriter *self, const char *domain);

/* Of a value with its type and axes, as the graph lists it. */
void dnn_onnx_writer_add_input (DnnOnnxWriter *self, const DnnOnnxValue *value);
void dnn_onnx_writer_add_output (DnnOnnxWriter *self,
                                 const DnnOnnxValue *value);
void dnn_onnx_writer_add_value (DnnOnnxWriter *self, const DnnOnnxValue *value);
void dnn_onnx_writer_add_constant (DnnOnnxWriter *self,
                                   const DnnNamedTensor *tensor);

/* A node, behind those added before; texts are lists that end in NULL.
 * Returns: (transfer none): it, to set its attributes */
typedef struct DnnOnnxNodeWriter DnnOnnxNodeWriter;

DnnOnnxNodeWriter *dnn_onnx_writer_add_node (DnnOnnxWriter *self,
                                             const char *op, const char *domain,
                                             const char *name,
                                             const char *const *inputs,
                                             const char *const *outputs);

/* A function for nodes of that operator and domain.  Nodes that are added from
 * now on belong to it, until the next begins or it ends. */
void dnn_onnx_writer_begin_function (DnnOnnxWriter *self, const char *name,
                                     const char *domain,
                                     const char *const *inputs,
                                     const char *const *outputs,
                                     const char *const *attributes);
void dnn_onnx_writer_end_function (DnnOnnxWriter *self);

void dnn_onnx_node_writer_set_int (DnnOnnxNodeWriter *self, const char *name,
                                   int64_t number);
void dnn_onnx_node_writer_set_float (DnnOnnxNodeWriter *self, const char *name,
                                     float number);
void dnn_onnx_node_writer_set_text (DnnOnnxNodeWriter *self, const char *name,
                                    const char *text);
void dnn_onnx_node_writer_set_ints (DnnOnnxNodeWriter *self, const char *name,
                                    const int64_t *numbers, size_t n);
void dnn_onnx_node_writer_set_floats (DnnOnnxNodeWriter *self, const char *name,
                                      const float *numbers, size_t n);
/* In a function: takes its value from the function's attribute of that name,
 * of this type. */
void dnn_onnx_node_writer_set_reference (DnnOnnxNodeWriter *self,
                                         const char *name,
                                         DnnOnnxAttributeType type,
                                         const char *reference);

/* Writes `path` whole or not at all.  DNN_ERROR_USAGE for a model of more than
 * 2 GiB, which no reader of protobuf takes. */
bool dnn_onnx_writer_write (DnnOnnxWriter *self, const char *path,
                            GError **error);

DNN_END_DECLS
