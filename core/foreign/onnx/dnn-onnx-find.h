/* dnn-onnx-find.h - looks things of an ONNX model up by name
 *
 * Everything handed out belongs to the model.
 */
#pragma once

#include "dnn-onnx.h"

DNN_BEGIN_DECLS

/* Version of the operators of `domain` ("" or "ai.onnx": ONNX' own); 0: the
 * model does not use it. */
int64_t dnn_onnx_get_opset (const DnnOnnx *self, const char *domain);
/* NULL where there is none of that key. */
const char *dnn_onnx_get_metadata (const DnnOnnx *self, const char *key);
/* The function that a node calls; NULL: its operator is no function. */
const DnnOnnxFunction *dnn_onnx_find_function (const DnnOnnx *self,
                                               const DnnOnnxNode *node);

/* The constant `name`, of this graph; NULL where there is none. */
const DnnOnnxTensor *dnn_onnx_graph_find_constant (const DnnOnnxGraph *self,
                                                   const char *name);
/* Type and axes of the value `name`, found among inputs, outputs and values;
 * NULL if the graph does not describe it. */
const DnnOnnxValue *dnn_onnx_graph_find_value (const DnnOnnxGraph *self,
                                               const char *name);
/* The node of this graph whose output it is; NULL where there is none. */
const DnnOnnxNode *dnn_onnx_graph_find_producer (const DnnOnnxGraph *self,
                                                 const char *name);

/* Name of input i; NULL where it is left out. */
const char *dnn_onnx_node_get_input (const DnnOnnxNode *self, size_t i);
/* The attribute of that name, or NULL. */
const DnnOnnxAttribute *dnn_onnx_node_find_attribute (const DnnOnnxNode *self,
                                                      const char *name);

/* The attribute's value, or `fallback` where the node does not have it.  False
 * with DNN_ERROR_PARAM where it is of another type. */
bool dnn_onnx_node_get_int (const DnnOnnxNode *self, const char *name,
                            int64_t fallback, int64_t *ret_number,
                            GError **error);
bool dnn_onnx_node_get_float (const DnnOnnxNode *self, const char *name,
                              float fallback, float *ret_number,
                              GError **error);
bool dnn_onnx_node_get_text (const DnnOnnxNode *self, const char *name,
                             const char *fallback, const char **ret_text,
                             GError **error);

/* The same without a fallback: NULL and no error where the node does not have
 * it.  An empty list is not NULL. */
bool dnn_onnx_node_get_ints (const DnnOnnxNode *self, const char *name,
                             const int64_t **ret_numbers, size_t *ret_n,
                             GError **error);
bool dnn_onnx_node_get_floats (const DnnOnnxNode *self, const char *name,
                               const float **ret_numbers, size_t *ret_n,
                               GError **error);
bool dnn_onnx_node_get_tensor (const DnnOnnxNode *self, const char *name,
                               const DnnOnnxTensor **ret_tensor,
                               GError **error);
bool dnn_onnx_node_get_graph (const DnnOnnxNode *self, const char *name,
                              const DnnOnnxGraph **ret_graph, GError **error);

DNN_END_DECLS
