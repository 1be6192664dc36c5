/* onnx-values.c - values of a graph, and where their axes are */
#include "dnn-onnx-import-private.h"

#include <string.h>

DnnOnnxPart *
dnn_onnx_part (const DnnOnnxImport *self, const char *name)
{
  return name != NULL ? g_hash_table_lookup (self->parts, name) : NULL;
}

DnnOnnxPart *
dnn_onnx_add_part (DnnOnnxImport *self, const char *name, const DnnShape *shape,
                   const char *source)
{
  DnnOnnxPart *part = g_new0 (DnnOnnxPart, 1);

  part->shape = *shape;
  part->source = g_strdup (source);
  for (uint32_t i = 0; i < DNN_MAX_DIMS; i++)
    part->axes[i] = i;
  g_hash_table_insert (self->parts, g_strdup (name), part);
  return part;
}

const DnnNamedTensor *
dnn_onnx_constant (const DnnOnnxImport *self, const DnnOnnxNode *node, size_t i)
{
  const DnnOnnxPart *part =
      dnn_onnx_part (self, dnn_onnx_node_get_input (node, i));

  return part != NULL ? part->constant : NULL;
}

int64_t *
dnn_onnx_constant_ints (const DnnOnnxImport *self, const DnnOnnxNode *node,
                        size_t i, size_t *ret_n)
{
  const DnnNamedTensor *tensor = dnn_onnx_constant (self, node, i);
  int64_t n = 0, *numbers;

  if (tensor == NULL || tensor->dtype != DNN_INT64 ||
      !dnn_shape_count (&tensor->shape, &n) || n > DNN_MAX_DIMS * 2)
    return NULL;
  numbers = g_new0 (int64_t, (size_t) n + 1);
  if (n > 0)
    memcpy (numbers, tensor->data, (size_t) n * sizeof *numbers);
  *ret_n = (size_t) n;
  return numbers;
}

int64_t
dnn_onnx_part_size (const DnnOnnxPart *self, uint32_t axis)
{
  for (uint32_t i = 0; i < self->shape.n_dims; i++)
    if (self->axes[i] == axis)
      return self->shape.dims[i];
  return 0;
}

bool
dnn_onnx_part_is_plain (const DnnOnnxPart *self)
{
  uint32_t before = 0;

  for (uint32_t i = 1; i < self->shape.n_dims; i++) {
    if (self->shape.dims[i] == 1)
      continue;
    if (self->axes[i] < before)
      return false;
    before = self->axes[i];
  }
  return true;
}
