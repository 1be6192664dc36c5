/* dnn-shape.h - sizes of a tensor: counted, compared, as text */
#pragma once

#include <dnn/abi/tensor.h>
#include <stdbool.h>

#include "dnn-decls.h"

DNN_BEGIN_DECLS

/* The most inputs and the most outputs of a model. */
enum { DNN_MAX_PARTS = 32 };

/* Shapes of several things: the inputs of a model, or its outputs. */
typedef struct DnnShapes {
  uint32_t n;
  DnnShape at[DNN_MAX_PARTS];
} DnnShapes;

/* Elements of `shape`; false where they exceed INT64_MAX or a size is
 * negative. */
bool dnn_shape_count (const DnnShape *shape, int64_t *ret_n);

/* True if a tensor of that shape can be: at most 2^40 numbers. */
bool dnn_shape_is_small (const DnnShape *shape);

/* True if they have the same number of sizes, and the same sizes.  Numbers
 * behind the last size do not count. */
bool dnn_shape_equal (const DnnShape *a, const DnnShape *b);

/* A tensor of float32 of that shape, without data. */
DnnTensor dnn_tensor_of (const DnnShape *shape);

/* "(None, 28, 28)"; `batch_is_none` = false writes the first size too. */
char *dnn_shape_to_string (const DnnShape *shape, bool batch_is_none);

/* "28,28" and back; "scalar" is of no sizes, and is written as "". */
char *dnn_shape_to_list (const DnnShape *shape);
bool dnn_shape_parse (const char *text, DnnShape *ret_shape, GError **error);

/* One shape alone. */
DnnShapes dnn_shapes_of (const DnnShape *shape);
bool dnn_shapes_equal (const DnnShapes *a, const DnnShapes *b);
/* "28,28; 3" and back. */
char *dnn_shapes_to_list (const DnnShapes *self);
bool dnn_shapes_parse (const char *text, DnnShapes *ret_shapes, GError **error);

DNN_END_DECLS
