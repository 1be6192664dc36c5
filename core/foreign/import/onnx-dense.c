/* onnx-dense.c - Gemm, and MatMul with the Add behind it, as one layer */
#include "dnn-onnx-import-private.h"

#include "dnn-array.h"

#include <string.h>

/* The graph's row that each row of the kernel is: rows of something that was
 * flattened with the channels last stand in another order. */
static int64_t
find_row (const DnnOnnxPart *x, int64_t row)
{
  int64_t at[DNN_MAX_DIMS], result = 0;

  if (x->flat.n_dims == 0)
    return row;
  for (uint32_t i = x->flat.n_dims; i-- > 1;) {
    at[x->flat_axes[i]] = row % x->flat.dims[i];
    row /= x->flat.dims[i];
  }
  for (uint32_t axis = 1; axis < x->flat.n_dims; axis++)
    for (uint32_t i = 1; i < x->flat.n_dims; i++)
      if (x->flat_axes[i] == axis)
        result = result * x->flat.dims[i] + at[axis];
  return result;
}

/* The kernel with a row per input and a column per unit. */
static const DnnNamedTensor *
arrange (DnnOnnxImport *self, const DnnOnnxPart *x, const DnnNamedTensor *w,
         bool transposed)
{
  const int64_t rows = w->shape.dims[transposed ? 1 : 0];
  const int64_t columns = w->shape.dims[transposed ? 0 : 1];
  const DnnShape shape = DNN_SHAPE (rows, columns);
  const size_t size = (size_t) (rows * columns) * dnn_dtype_size (w->dtype);
  g_autoptr (DnnArray) array = NULL;
  g_autofree float *from = NULL;
  float *to;

  if (!transposed && x->flat.n_dims == 0)
    return w;
  array = dnn_array_new_take (w->dtype, w->shape,
                              g_bytes_new_static (w->data, size));
  from = g_new (float, (size_t) (rows * columns) + 1);
  to = g_new (float, (size_t) (rows * columns) + 1);
  dnn_array_to_float (array, 0, rows * columns, from);
  for (int64_t i = 0; i < rows; i++) {
    const int64_t row = find_row (x, i);

    for (int64_t j = 0; j < columns; j++)
      to[i * columns + j] =
          from[transposed ? j * rows + row : row * columns + j];
  }
  self->n_rows += x->flat.n_dims > 0 ? 1 : 0;
  return dnn_onnx_own_tensor (self, w->name, &shape, to);
}

/* As a vector of that length; NULL: it is none. */
static const DnnNamedTensor *
take_bias (DnnOnnxImport *self, const DnnNamedTensor *bias, int64_t units)
{
  int64_t n = 0;
  DnnNamedTensor *vector;

  if (bias == NULL || !dnn_shape_count (&bias->shape, &n) || n != units ||
      bias->shape.n_dims == 0 ||
      bias->shape.dims[bias->shape.n_dims - 1] != units)
    return NULL;
  if (bias->shape.n_dims == 1)
    return bias;
  vector = g_new0 (DnnNamedTensor, 1);
  *vector = *bias;
  vector->shape = DNN_SHAPE (units);
  g_ptr_array_add (self->owned, vector);
  return vector;
}

/* The Add of a constant vector that alone uses the product; NULL: none. */
static const DnnOnnxNode *
find_add (DnnOnnxImport *self, const DnnOnnxNode *node, int64_t units,
          const DnnNamedTensor **ret_bias)
{
  const GPtrArray *list =
      g_hash_table_lookup (self->consumers, node->outputs[0]);
  const DnnOnnxNode *add =
      list != NULL && list->len == 1 ? g_ptr_array_index (list, 0) : NULL;

  for (guint i = 0; i < self->outputs->len; i++)
    if (strcmp (g_ptr_array_index (self->outputs, i), node->outputs[0]) == 0)
      return NULL;
  if (add == NULL || strcmp (add->op, "Add") != 0 || add->n_inputs != 2)
    return NULL;
  for (size_t i = 0; i < 2 && *ret_bias == NULL; i++)
    *ret_bias = take_bias (self, dnn_onnx_constant (self, add, i), units);
  return *ret_bias != NULL ? add : NULL;
}

/* Gemm's own attributes; false where it is more than a dense layer. */
static bool
read_gemm (const DnnOnnxNode *node, int64_t *ret_transposed, GError **error)
{
  float alpha = 1, beta = 1;
  int64_t other = 0;

  if (!dnn_onnx_node_get_int (node, "transB", 0, ret_transposed, error) ||
      !dnn_onnx_node_get_int (node, "transA", 0, &other, error) ||
      !dnn_onnx_node_get_float (node, "alpha", 1, &alpha, error) ||
      !dnn_onnx_node_get_float (node, "beta", 1, &beta, error))
    return false;
  if (other != 0 || alpha != 1 || beta != 1)
    return dnn_onnx_refuse (node, error,
                            "transA must be 0, and alpha and beta 1");
  return true;
}

bool
dnn_onnx_rule_dense (DnnOnnxImport *self, const DnnOnnxNode *node,
                     GError **error)
{
  const bool gemm = strcmp (node->op, "Gemm") == 0;
  const DnnNamedTensor *w = dnn_onnx_constant (self, node, 1), *bias = NULL;
  const DnnOnnxPart *x = dnn_onnx_part (self, node->inputs[0]);
  const DnnOnnxNode *end = NULL;
  int64_t transposed = 0;
  DnnForeignNode *made;

  if (w == NULL || x == NULL || x->source == NULL || w->shape.n_dims != 2)
    return dnn_onnx_refuse (node, error,
                            "its first input must be computed, and its second "
                            "a constant matrix");
  if (gemm && !read_gemm (node, &transposed, error))
    return false;
  if (x->flat.n_dims == 0)
    x = dnn_onnx_plain (self, node->inputs[0], error);
  if (x == NULL)
    return false;
  if (x->shape.dims[x->shape.n_dims - 1] != w->shape.dims[transposed ? 1 : 0])
    return dnn_onnx_refuse (node, error, "its matrix has another size");
  w = arrange (self, x, w, transposed != 0);
  if (!gemm)
    end = find_add (self, node, w->shape.dims[1], &bias);
  else if (dnn_onnx_node_get_input (node, 2) != NULL) {
    bias =
        take_bias (self, dnn_onnx_constant (self, node, 2), w->shape.dims[1]);
    if (bias == NULL)
      return dnn_onnx_refuse (node, error, "its C must be a constant vector");
  }
  made = dnn_foreign_node_new ("Gemm");
  g_hash_table_insert (made->tensors, g_strdup ("W"), (void *) w);
  if (bias != NULL)
    g_hash_table_insert (made->tensors, g_strdup ("B"), (void *) bias);
  if (end != NULL)
    g_hash_table_add (self->done, (void *) end);
  return dnn_onnx_add_layer (self, node, made, &x, 1,
                             (end != NULL ? end : node)->outputs[0],
                             error) != NULL;
}
