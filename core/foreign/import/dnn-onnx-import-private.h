/* dnn-onnx-import-private.h - what is known while an ONNX graph is imported */
#pragma once

#include "dnn-foreign-map.h"
#include "dnn-names.h"
#include "dnn-onnx-find.h"
#include "dnn-onnx-import.h"

DNN_BEGIN_DECLS

/* A value of the graph.  Physical axis i of what the model computes holds the
 * graph's axis axes[i]. */
typedef struct DnnOnnxPart {
  char *source;   /* (owned) layer or "input"; NULL: a constant */
  DnnShape shape; /* physical, with a batch of DNN_NOMINAL_BATCH */
  uint32_t axes[DNN_MAX_DIMS];
  bool positive; /* no element is below 0 */
  DnnShape flat; /* of what was flattened while its axes had moved; */
  uint32_t flat_axes[DNN_MAX_DIMS]; /* n_dims 0: none was */
  const DnnNamedTensor *constant;   /* the file's, or `owned` */
} DnnOnnxPart;

typedef struct DnnOnnxImport {
  DnnForeignMap *map; /* (owned) */
  const DnnOnnx *onnx;
  const DnnImportOptions *options;
  GHashTable *consumers; /* (owned) GPtrArray of nodes by value */
  GHashTable *needed;    /* (owned) nodes that lead to an output */
  GHashTable *done;      /* (owned) nodes that are part of another */
  GHashTable *parts;     /* (owned) DnnOnnxPart by value */
  GPtrArray *outputs;    /* (owned) names of values */
  GPtrArray *specs;      /* (owned) */
  GPtrArray *layers;     /* (owned) DnnForeignLayer, beside specs */
  GPtrArray *owned;      /* (owned) memory that constants need */
  DnnNames *names;       /* (owned) */
  DnnShapes inputs;
  GString *report;             /* (owned) */
  unsigned n_permuted, n_rows; /* layers that permute; weights reordered */
} DnnOnnxImport;

/* onnx-values.c */
DnnOnnxPart *dnn_onnx_part (const DnnOnnxImport *self, const char *name);
DnnOnnxPart *dnn_onnx_add_part (DnnOnnxImport *self, const char *name,
                                const DnnShape *shape, const char *source);
const DnnNamedTensor *dnn_onnx_constant (const DnnOnnxImport *self,
                                         const DnnOnnxNode *node, size_t i);
/* Whole numbers of input `i`, a constant; NULL: it is none. */
int64_t *dnn_onnx_constant_ints (const DnnOnnxImport *self,
                                 const DnnOnnxNode *node, size_t i,
                                 size_t *ret_n);
/* Size of the graph's axis. */
int64_t dnn_onnx_part_size (const DnnOnnxPart *self, uint32_t axis);
/* True if the axes are where the graph has them, those of size 1 aside. */
bool dnn_onnx_part_is_plain (const DnnOnnxPart *self);

/* onnx-walk.c */
/* Adds the layer that `node` comes to; takes it.  The part of `output` has the
 * axes of the first input where it has as many. */
DnnOnnxPart *dnn_onnx_add_layer (DnnOnnxImport *self, const DnnOnnxNode *from,
                                 DnnForeignNode *node,
                                 const DnnOnnxPart *const *inputs, uint32_t n,
                                 const char *output, GError **error);
/* The part with its axes in the graph's order, or with the channels last; adds
 * a layer where they are not. */
const DnnOnnxPart *dnn_onnx_plain (DnnOnnxImport *self, const char *name,
                                   GError **error);
const DnnOnnxPart *dnn_onnx_last (DnnOnnxImport *self, const char *name,
                                  GError **error);
const DnnOnnxPart *dnn_onnx_like (DnnOnnxImport *self, const char *name,
                                  const DnnOnnxPart *like, GError **error);
/* Sets DNN_ERROR_FORMAT, "node 'x' (Conv): ..."; false. */
bool dnn_onnx_refuse (const DnnOnnxNode *node, GError **error,
                      const char *format, ...) G_GNUC_PRINTF (3, 4);
const DnnNamedTensor *dnn_onnx_own_tensor (DnnOnnxImport *self,
                                           const char *name,
                                           const DnnShape *shape, float *data);

/* onnx-canon.c */
typedef bool (*DnnOnnxRule) (DnnOnnxImport *self, const DnnOnnxNode *node,
                             GError **error);
/* NULL: ONNX has no such operator that could be imported. */
DnnOnnxRule dnn_onnx_find_rule (const DnnOnnxImport *self,
                                const DnnOnnxNode *node);
/* More than these cannot be inputs of the operator. */
size_t dnn_onnx_most_inputs (const DnnOnnxNode *node);
/* True if the operator wants channels last of its first input. */
bool dnn_onnx_wants_last (const DnnOnnxNode *node);

/* onnx-dense.c, onnx-window.c, onnx-shape.c */
bool dnn_onnx_rule_dense (DnnOnnxImport *self, const DnnOnnxNode *node,
                          GError **error);
bool dnn_onnx_rule_window (DnnOnnxImport *self, const DnnOnnxNode *node,
                           GError **error);
bool dnn_onnx_rule_flatten (DnnOnnxImport *self, const DnnOnnxNode *node,
                            GError **error);
bool dnn_onnx_rule_reshape (DnnOnnxImport *self, const DnnOnnxNode *node,
                            GError **error);
bool dnn_onnx_rule_transpose (DnnOnnxImport *self, const DnnOnnxNode *node,
                              GError **error);
bool dnn_onnx_rule_concat (DnnOnnxImport *self, const DnnOnnxNode *node,
                           GError **error);
bool dnn_onnx_rule_pad (DnnOnnxImport *self, const DnnOnnxNode *node,
                        GError **error);
bool dnn_onnx_rule_mean (DnnOnnxImport *self, const DnnOnnxNode *node,
                         GError **error);

DNN_END_DECLS
