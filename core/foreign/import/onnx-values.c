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

/* Axes of the graph in the order of channels last. */
static void
last_axes (uint32_t n, uint32_t *ret_axes)
{
  for (uint32_t i = 0; i < n; i++)
    ret_axes[i] = i == 0 ? 0 : i == n - 1 ? 1 : i + 1;
}

bool
dnn_onnx_part_is_last (const DnnOnnxPart *self)
{
  uint32_t axes[DNN_MAX_DIMS];

  last_axes (self->shape.n_dims, axes);
  return memcmp (axes, self->axes, self->shape.n_dims * sizeof axes[0]) == 0;
}

static uint32_t
find_axis (const DnnOnnxPart *self, uint32_t axis)
{
  uint32_t i = 0;

  while (i + 1 < self->shape.n_dims && self->axes[i] != axis)
    i++;
  return i;
}

/* The part with these axes: under a name of its own, so that it is made once.
 */
static const DnnOnnxPart *
move_axes (DnnOnnxImport *self, const char *name, const uint32_t *axes,
           GError **error)
{
  const DnnOnnxPart *part = dnn_onnx_part (self, name);
  g_autoptr (GString) key = g_string_new (name), dims = g_string_new (NULL);
  const DnnOnnxNode from = { .name = name, .op = "Transpose" };
  const DnnOnnxPart *there;
  DnnForeignNode *node;
  DnnOnnxPart *moved;

  if (memcmp (axes, part->axes, part->shape.n_dims * sizeof *axes) == 0)
    return part;
  for (uint32_t i = 1; i < part->shape.n_dims; i++) {
    g_string_append_printf (dims, "%s%u", i > 1 ? "," : "",
                            find_axis (part, axes[i]));
    g_string_append_printf (key, "\n%u", axes[i]);
  }
  there = dnn_onnx_part (self, key->str);
  if (there != NULL)
    return there;
  node = dnn_foreign_node_new ("Transpose");
  dnn_foreign_node_set (node, "perm", g_strdup (dims->str), true);
  moved = dnn_onnx_add_layer (self, &from, node, &part, 1, key->str, error);
  if (moved == NULL)
    return NULL;
  memcpy (moved->axes, axes, part->shape.n_dims * sizeof *axes);
  moved->positive = part->positive;
  self->n_permuted++;
  g_string_append_printf (self->report, "permuted: '%s' to %s\n", name,
                          dims->str);
  return moved;
}

const DnnOnnxPart *
dnn_onnx_plain (DnnOnnxImport *self, const char *name, GError **error)
{
  uint32_t axes[DNN_MAX_DIMS];

  for (uint32_t i = 0; i < DNN_MAX_DIMS; i++)
    axes[i] = i;
  return move_axes (self, name, axes, error);
}

const DnnOnnxPart *
dnn_onnx_last (DnnOnnxImport *self, const char *name, GError **error)
{
  const DnnOnnxPart *part = dnn_onnx_part (self, name);
  uint32_t axes[DNN_MAX_DIMS] = { 0 };

  last_axes (part->shape.n_dims, axes);
  return move_axes (self, name, axes, error);
}

const DnnOnnxPart *
dnn_onnx_like (DnnOnnxImport *self, const char *name, const DnnOnnxPart *like,
               GError **error)
{
  return move_axes (self, name, like->axes, error);
}
