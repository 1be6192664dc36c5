/* dnn-onnx-find.c - opsets, values and attributes by name */
#include "dnn-onnx-find.h"

#include "dnn-onnx-private.h"

#include <string.h>

int64_t
dnn_onnx_get_opset (const DnnOnnx *self, const char *domain)
{
  if (strcmp (domain, "ai.onnx") == 0)
    domain = "";
  for (size_t i = 0; i < self->n_opsets; i++)
    if (strcmp (self->opsets[i]->domain, domain) == 0)
      return self->opsets[i]->version;
  return 0;
}

const char *
dnn_onnx_get_metadata (const DnnOnnx *self, const char *key)
{
  for (size_t i = 0; i < self->n_metadata; i++)
    if (strcmp (self->metadata[i]->key, key) == 0)
      return self->metadata[i]->value;
  return NULL;
}

/* --- graphs -------------------------------------------------------------- */

static const DnnOnnxName *
find_name (const DnnOnnxGraph *self, const char *name)
{
  return dnn_onnx_names_find (&((const DnnOnnxGraphFields *) self)->names,
                              name);
}

const DnnOnnxTensor *
dnn_onnx_graph_find_constant (const DnnOnnxGraph *self, const char *name)
{
  const DnnOnnxName *found = find_name (self, name);

  return found != NULL ? found->constant : NULL;
}

const DnnOnnxValue *
dnn_onnx_graph_find_value (const DnnOnnxGraph *self, const char *name)
{
  const DnnOnnxName *found = find_name (self, name);

  return found != NULL ? found->value : NULL;
}

const DnnOnnxNode *
dnn_onnx_graph_find_producer (const DnnOnnxGraph *self, const char *name)
{
  const DnnOnnxName *found = find_name (self, name);

  return found != NULL ? found->node : NULL;
}

/* --- nodes --------------------------------------------------------------- */

const char *
dnn_onnx_node_get_input (const DnnOnnxNode *self, size_t i)
{
  return i < self->n_inputs && *self->inputs[i] != '\0' ? self->inputs[i]
                                                        : NULL;
}

const DnnOnnxAttribute *
dnn_onnx_node_find_attribute (const DnnOnnxNode *self, const char *name)
{
  for (size_t i = 0; i < self->n_attributes; i++)
    if (strcmp (self->attributes[i]->name, name) == 0)
      return self->attributes[i];
  return NULL;
}

static const char *
name_type (int64_t type)
{
  static const char *const names[] = {
    [DNN_ONNX_ATTRIBUTE_FLOAT] = "float",
    [DNN_ONNX_ATTRIBUTE_INT] = "int",
    [DNN_ONNX_ATTRIBUTE_TEXT] = "string",
    [DNN_ONNX_ATTRIBUTE_TENSOR] = "tensor",
    [DNN_ONNX_ATTRIBUTE_GRAPH] = "graph",
    [DNN_ONNX_ATTRIBUTE_FLOATS] = "floats",
    [DNN_ONNX_ATTRIBUTE_INTS] = "ints",
    [DNN_ONNX_ATTRIBUTE_TEXTS] = "strings",
    [DNN_ONNX_ATTRIBUTE_TENSORS] = "tensors",
    [DNN_ONNX_ATTRIBUTE_GRAPHS] = "graphs",
    "sparse_tensor",
    "sparse_tensors",
    "type_proto",
    "type_protos",
  };

  return names[type];
}

static bool fail (const DnnOnnxNode *self, const char *name, GError **error,
                  const char *format, ...) G_GNUC_PRINTF (4, 5);

static bool
fail (const DnnOnnxNode *self, const char *name, GError **error,
      const char *format, ...)
{
  g_autofree char *sentence = NULL;
  va_list args;

  va_start (args, format);
  sentence = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
               "node '%s' (%s): attribute '%s' %s", self->name, self->op, name,
               sentence);
  return false;
}

/* The attribute, which must be of `type` where there is one. */
static bool
get (const DnnOnnxNode *self, const char *name, DnnOnnxAttributeType type,
     const DnnOnnxAttribute **ret_attribute, GError **error)
{
  const DnnOnnxAttribute *attribute = dnn_onnx_node_find_attribute (self, name);

  if (attribute != NULL && *attribute->reference != '\0')
    return fail (self, name, error,
                 "has the value of the attribute '%s' of a function, which is "
                 "not known here",
                 attribute->reference);
  if (attribute != NULL && attribute->type != type)
    return fail (self, name, error, "must be of type %s, not '%s'",
                 name_type (type), name_type (attribute->type));
  *ret_attribute = attribute;
  return true;
}

bool
dnn_onnx_node_get_int (const DnnOnnxNode *self, const char *name,
                       int64_t fallback, int64_t *ret_number, GError **error)
{
  const DnnOnnxAttribute *found = NULL;

  if (!get (self, name, DNN_ONNX_ATTRIBUTE_INT, &found, error))
    return false;
  *ret_number = found != NULL ? found->integer : fallback;
  return true;
}

bool
dnn_onnx_node_get_float (const DnnOnnxNode *self, const char *name,
                         float fallback, float *ret_number, GError **error)
{
  const DnnOnnxAttribute *found = NULL;

  if (!get (self, name, DNN_ONNX_ATTRIBUTE_FLOAT, &found, error))
    return false;
  *ret_number = found != NULL ? found->number : fallback;
  return true;
}

bool
dnn_onnx_node_get_text (const DnnOnnxNode *self, const char *name,
                        const char *fallback, const char **ret_text,
                        GError **error)
{
  const DnnOnnxAttribute *found = NULL;

  if (!get (self, name, DNN_ONNX_ATTRIBUTE_TEXT, &found, error))
    return false;
  if (found != NULL && found->text == NULL)
    return fail (self, name, error, "must be a text without zero bytes");
  *ret_text = found != NULL ? found->text : fallback;
  return true;
}

bool
dnn_onnx_node_get_ints (const DnnOnnxNode *self, const char *name,
                        const int64_t **ret_numbers, size_t *ret_n,
                        GError **error)
{
  static const int64_t none[1];
  const DnnOnnxAttribute *found = NULL;

  if (!get (self, name, DNN_ONNX_ATTRIBUTE_INTS, &found, error))
    return false;
  *ret_n = found != NULL ? found->n_ints : 0;
  *ret_numbers = found != NULL && *ret_n == 0 ? none : NULL;
  if (*ret_n > 0)
    *ret_numbers = found->ints;
  return true;
}

bool
dnn_onnx_node_get_floats (const DnnOnnxNode *self, const char *name,
                          const float **ret_numbers, size_t *ret_n,
                          GError **error)
{
  static const float none[1];
  const DnnOnnxAttribute *found = NULL;

  if (!get (self, name, DNN_ONNX_ATTRIBUTE_FLOATS, &found, error))
    return false;
  *ret_n = found != NULL ? found->n_floats : 0;
  *ret_numbers = found != NULL && *ret_n == 0 ? none : NULL;
  if (*ret_n > 0)
    *ret_numbers = found->floats;
  return true;
}

bool
dnn_onnx_node_get_tensor (const DnnOnnxNode *self, const char *name,
                          const DnnOnnxTensor **ret_tensor, GError **error)
{
  const DnnOnnxAttribute *found = NULL;

  if (!get (self, name, DNN_ONNX_ATTRIBUTE_TENSOR, &found, error))
    return false;
  *ret_tensor = found != NULL ? found->tensor : NULL;
  return true;
}

bool
dnn_onnx_node_get_graph (const DnnOnnxNode *self, const char *name,
                         const DnnOnnxGraph **ret_graph, GError **error)
{
  const DnnOnnxAttribute *found = NULL;

  if (!get (self, name, DNN_ONNX_ATTRIBUTE_GRAPH, &found, error))
    return false;
  *ret_graph = found != NULL ? found->graph : NULL;
  return true;
}
