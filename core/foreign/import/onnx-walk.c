/* onnx-walk.c - from a node and what a row says of it to a layer of the model
 */
#include "dnn-onnx-import-private.h"

#include "dnn-layer.h"

#include <string.h>

bool
dnn_onnx_refuse (const DnnOnnxNode *node, GError **error, const char *format,
                 ...)
{
  g_autofree char *because = NULL;
  va_list args;

  va_start (args, format);
  because = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (error, DNN_ERROR, DNN_ERROR_FORMAT, "node '%s' (%s): %s",
               *node->name != '\0' || node->n_outputs == 0 ? node->name
                                                           : node->outputs[0],
               node->op, because);
  return false;
}

const DnnNamedTensor *
dnn_onnx_own_tensor (DnnOnnxImport *self, const char *name,
                     const DnnShape *shape, float *data)
{
  DnnNamedTensor *tensor = g_new0 (DnnNamedTensor, 1);

  *tensor = (DnnNamedTensor){ name, DNN_FLOAT32, *shape, data };
  g_ptr_array_add (self->owned, tensor);
  g_ptr_array_add (self->owned, data);
  return tensor;
}

/* The node's own name where a layer may have it. */
static char *
name_layer (DnnOnnxImport *self, const DnnOnnxNode *node)
{
  g_autofree char *name =
      g_strdup (*node->name == '/' ? node->name + 1 : node->name);
  g_autofree char *stem = g_ascii_strdown (node->op, -1);

  g_strcanon (name,
              "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
              "0123456789_-./",
              '_');
  if (*name != '\0' && !dnn_names_is_folder (self->names, name) &&
      dnn_names_take (self->names, name, NULL))
    return g_steal_pointer (&name);
  g_strcanon (stem, "abcdefghijklmnopqrstuvwxyz0123456789_", '_');
  return dnn_names_number (self->names, stem);
}

/* Nothing where the layer before is the one input. */
static void
connect (const DnnOnnxImport *self, DnnSpec *spec,
         const DnnOnnxPart *const *inputs, uint32_t n)
{
  g_autoptr (GString) text = g_string_new (NULL);
  const DnnSpec *before =
      self->specs->len > 0
          ? g_ptr_array_index (self->specs, self->specs->len - 1)
          : NULL;
  const char *nearest =
      before != NULL ? dnn_spec_find (before, "name")->value : "input";

  if (n == 1 && strcmp (inputs[0]->source, nearest) == 0)
    return;
  for (uint32_t i = 0; i < n; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? "," : "", inputs[i]->source);
  dnn_spec_set (spec, "input", text->str, (DnnPlace){ 0 });
}

DnnOnnxPart *
dnn_onnx_add_layer (DnnOnnxImport *self, const DnnOnnxNode *from,
                    DnnForeignNode *node, const DnnOnnxPart *const *inputs,
                    uint32_t n, const char *output, GError **error)
{
  g_autofree DnnShape *shapes = g_new0 (DnnShape, n + 1);
  g_autoptr (GError) local = NULL;
  g_autofree char *name = NULL;
  DnnForeignLayer *layer;
  DnnOnnxPart *part;

  for (uint32_t i = 0; i < n; i++)
    shapes[i] = inputs[i]->shape;
  layer = dnn_foreign_map_find (self->map, node, shapes, n, &local);
  if (layer == NULL) {
    dnn_onnx_refuse (from, error, "%s", local->message);
    return NULL;
  }
  name = name_layer (self, from);
  dnn_spec_set (layer->spec, "name", name, (DnnPlace){ 0 });
  connect (self, layer->spec, inputs, n);
  g_string_append_printf (self->report, "%s: %s, from %s\n", name,
                          layer->spec->name, from->op);
  g_ptr_array_add (self->specs, dnn_spec_copy (layer->spec));
  g_ptr_array_add (self->layers, layer);
  part = dnn_onnx_add_part (self, output, &layer->output, name);
  if (inputs[0]->shape.n_dims == part->shape.n_dims)
    memcpy (part->axes, inputs[0]->axes, sizeof part->axes);
  return part;
}

/* --- axes ----------------------------------------------------------------- */

/* Axes of the graph in the order of channels last. */
static void
last_axes (uint32_t n, uint32_t *ret_axes)
{
  for (uint32_t i = 0; i < n; i++)
    ret_axes[i] = i == 0 ? 0 : i == n - 1 ? 1 : i + 1;
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
