/* dnn-onnx.c - a model's messages, made whole and checked */
#include "dnn-onnx.h"

#include "dnn-file.h"
#include "dnn-onnx-private.h"

#include <string.h>

/* As the interchange of models needs them; ONNX 1.23 writes 28 and 14. */
enum { LEAST_OPSET = 7, MOST_OPSET = 28, LEAST_IR = 3, MOST_IR = 14 };

typedef struct Loader {
  DnnForeignFile *file;
  const char *folder; /* of the model; NULL: it is no file */
  GHashTable *others; /* (owned) files with data */
} Loader;

/* Names that a node may use: those of its graph so far, and of the graphs
 * around it. */
typedef struct Scope {
  const struct Scope *outer;
  const DnnOnnxNames *names;
  size_t position; /* of the node that is looked at, from 0 */
} Scope;

static bool check_graph (const Loader *self, const Scope *outer,
                         DnnOnnxGraphFields *fields, GError **error);

/* --- tensors and values -------------------------------------------------- */

static bool
finish_tensor (const Loader *self, const DnnOnnxTensor *tensor, GError **error)
{
  return dnn_onnx_tensor_finish ((DnnOnnxTensorFields *) tensor, self->file,
                                 self->folder, self->others, error);
}

static bool
finish_dims (const Loader *self, DnnOnnxValue *value,
             const DnnOnnxShapeFields *shape, GError **error)
{
  DnnOnnxDim *dims =
      dnn_foreign_file_take (self->file, shape->n_dims * sizeof *dims, error);

  if (dims == NULL)
    return false;
  for (size_t i = 0; i < shape->n_dims; i++) {
    const DnnOnnxDimFields *dim = shape->dims[i];
    const bool known = dim->n_values > 0 && dim->value >= 0;

    dims[i] = (DnnOnnxDim){ known ? dim->value : -1, dim->name };
  }
  value->has_shape = true;
  value->dims = dims;
  value->n_dims = shape->n_dims;
  return true;
}

static bool
finish_values (const Loader *self, const DnnOnnxValue *const *values, size_t n,
               GError **error)
{
  for (size_t i = 0; i < n; i++) {
    DnnOnnxValueFields *fields = (DnnOnnxValueFields *) values[i];
    /* an old file may say no type for a value between */
    const DnnOnnxTensorType *type =
        fields->type != NULL ? fields->type->tensor : NULL;

    if (type == NULL)
      continue;
    fields->value.is_tensor = true;
    fields->value.type = type->type;
    if (type->shape != NULL &&
        !finish_dims (self, &fields->value, type->shape, error))
      return false;
  }
  return true;
}

/* --- nodes --------------------------------------------------------------- */

static const char *
name_node (const DnnOnnxNode *node)
{
  if (*node->name != '\0' || node->n_outputs == 0)
    return node->name;
  return node->outputs[0];
}

/* "ai.onnx" is the long name of "". */
static const char *
short_domain (const char *domain)
{
  return strcmp (domain, "ai.onnx") == 0 ? "" : domain;
}

/* "" is no text, and NULL one that C cannot hold. */
static bool
finish_text (const Loader *self, DnnOnnxAttributeFields *fields, GError **error)
{
  fields->attribute.text = "";
  if (fields->n_text == 0)
    return true;
  fields->attribute.text = NULL;
  if (memchr (fields->text, 0, fields->n_text) != NULL)
    return true;
  fields->attribute.text =
      dnn_foreign_file_text (self->file, fields->text, fields->n_text, error);
  return fields->attribute.text != NULL;
}

static bool
check_attribute (const Loader *self, const Scope *scope,
                 DnnOnnxAttributeFields *fields, GError **error)
{
  const DnnOnnxAttribute *attribute = &fields->attribute;

  if (attribute->type <= 0 || attribute->type > DNN_ONNX_ATTRIBUTE_LAST)
    return dnn_foreign_file_fail (
        self->file, error,
        "attribute '%s' must have a type from 1 to %d, not '%" G_GINT64_FORMAT
        "'",
        attribute->name, DNN_ONNX_ATTRIBUTE_LAST, attribute->type);
  if (attribute->tensor != NULL &&
      !finish_tensor (self, attribute->tensor, error))
    return false;
  for (size_t i = 0; i < fields->n_tensors; i++)
    if (!finish_tensor (self, &fields->tensors[i]->tensor, error))
      return false;
  if (attribute->graph != NULL &&
      !check_graph (self, scope, (DnnOnnxGraphFields *) attribute->graph,
                    error))
    return false;
  for (size_t i = 0; i < fields->n_graphs; i++)
    if (!check_graph (self, scope, (DnnOnnxGraphFields *) fields->graphs[i],
                      error))
      return false;
  return finish_text (self, fields, error);
}

static bool
is_known (const Scope *scope, const char *name)
{
  for (; scope != NULL; scope = scope->outer) {
    const DnnOnnxName *found = dnn_onnx_names_find (scope->names, name);

    if (found != NULL && found->position <= scope->position)
      return true;
  }
  return false;
}

static bool
check_node (const Loader *self, const Scope *scope, DnnOnnxNode *node,
            GError **error)
{
  node->domain = short_domain (node->domain);
  if (*node->op == '\0')
    return dnn_foreign_file_fail (
        self->file, error, "node '%s' has no operator", name_node (node));
  for (size_t i = 0; i < node->n_inputs; i++)
    if (*node->inputs[i] != '\0' && !is_known (scope, node->inputs[i]))
      return dnn_foreign_file_fail (
          self->file, error,
          "node '%s' (%s) uses the value '%s', which nothing before it makes",
          name_node (node), node->op, node->inputs[i]);
  for (size_t i = 0; i < node->n_attributes; i++)
    if (!check_attribute (
            self, scope, (DnnOnnxAttributeFields *) node->attributes[i], error))
      return false;
  return true;
}

/* --- graphs and functions ------------------------------------------------ */

/* With the names of `graph`, whose nodes and outputs are checked. */
static bool
check_nodes (const Loader *self, const Scope *outer, const DnnOnnxNames *names,
             const DnnOnnxGraph *graph, GError **error)
{
  Scope scope = { .outer = outer, .names = names };

  for (size_t i = 0; i < graph->n_nodes; i++) {
    scope.position = i;
    if (!check_node (self, &scope, (DnnOnnxNode *) graph->nodes[i], error))
      return false;
  }
  scope.position = graph->n_nodes;
  for (size_t i = 0; i < graph->n_outputs; i++)
    if (!is_known (&scope, graph->outputs[i]->name))
      return dnn_foreign_file_fail (
          self->file, error, "the output '%s' is made by nothing in the graph",
          graph->outputs[i]->name);
  return true;
}

static bool
check_graph (const Loader *self, const Scope *outer, DnnOnnxGraphFields *fields,
             GError **error)
{
  const DnnOnnxGraph *graph = &fields->graph;

  if (fields->n_sparse > 0)
    return dnn_foreign_file_fail (
        self->file, error,
        "graph '%s' has '%zu' sparse initializers, which are not read",
        graph->name, fields->n_sparse);
  for (size_t i = 0; i < graph->n_constants; i++)
    if (!finish_tensor (self, graph->constants[i], error))
      return false;
  return finish_values (self, graph->inputs, graph->n_inputs, error) &&
         finish_values (self, graph->outputs, graph->n_outputs, error) &&
         finish_values (self, graph->values, graph->n_values, error) &&
         dnn_onnx_names_fill (&fields->names, self->file, graph, error) &&
         check_nodes (self, outer, &fields->names, graph, error);
}

/* Names as values of which nothing is said. */
static const DnnOnnxValue *const *
make_values (const Loader *self, const char *const *names, size_t n,
             GError **error)
{
  DnnOnnxValue *values =
      dnn_foreign_file_take (self->file, n * sizeof *values, error);
  const DnnOnnxValue **list =
      values != NULL
          ? dnn_foreign_file_take (self->file, n * sizeof *list, error)
          : NULL;

  for (size_t i = 0; list != NULL && i < n; i++) {
    values[i].name = names[i];
    list[i] = &values[i];
  }
  return list;
}

/* A function is checked as a graph with inputs of any type. */
static bool
check_function (const Loader *self, DnnOnnxFunction *function, GError **error)
{
  DnnOnnxGraph graph = { .name = function->name,
                         .nodes = function->nodes,
                         .n_nodes = function->n_nodes,
                         .n_inputs = function->n_inputs,
                         .n_outputs = function->n_outputs };
  DnnOnnxNames names = { 0 };

  function->domain = short_domain (function->domain);
  graph.inputs =
      make_values (self, function->inputs, function->n_inputs, error);
  if (graph.inputs == NULL)
    return false;
  graph.outputs =
      make_values (self, function->outputs, function->n_outputs, error);
  if (graph.outputs == NULL)
    return false;
  for (size_t i = 0; i < function->n_defaults; i++)
    if (!check_attribute (self, NULL,
                          (DnnOnnxAttributeFields *) function->defaults[i],
                          error))
      return false;
  return dnn_onnx_names_fill (&names, self->file, &graph, error) &&
         check_nodes (self, NULL, &names, &graph, error);
}

/* --- the model ----------------------------------------------------------- */

static bool
check_opsets (const Loader *self, const DnnOnnx *model, GError **error)
{
  for (size_t i = 0; i < model->n_opsets; i++) {
    DnnOnnxOpset *opset = (DnnOnnxOpset *) model->opsets[i];

    opset->domain = short_domain (opset->domain);
    if (*opset->domain == '\0' &&
        (opset->version < LEAST_OPSET || opset->version > MOST_OPSET))
      return dnn_foreign_file_fail (self->file, error,
                                    "uses opset '%" G_GINT64_FORMAT
                                    "', and opsets %d to %d are read",
                                    opset->version, LEAST_OPSET, MOST_OPSET);
  }
  return model->n_opsets > 0 ||
         dnn_foreign_file_fail (self->file, error,
                                "does not say which opset it uses");
}

static bool
check_model (const Loader *self, DnnOnnxModelFields *fields, GError **error)
{
  const DnnOnnx *model = &fields->onnx;

  if (model->ir_version < LEAST_IR || model->ir_version > MOST_IR)
    return dnn_foreign_file_fail (self->file, error,
                                  "has the IR version '%" G_GINT64_FORMAT
                                  "', and %d to %d are read",
                                  model->ir_version, LEAST_IR, MOST_IR);
  if (!check_opsets (self, model, error))
    return false;
  if (model->graph == NULL)
    return dnn_foreign_file_fail (self->file, error, "has no graph");
  for (size_t i = 0; i < model->n_functions; i++)
    if (!check_function (self, (DnnOnnxFunction *) model->functions[i], error))
      return false;
  return check_graph (self, NULL, (DnnOnnxGraphFields *) model->graph, error) &&
         dnn_onnx_check_functions (fields, error);
}

static DnnOnnx *
load (const char *name, const char *folder, GBytes *bytes, GError **error)
{
  g_autoptr (DnnForeignFile) file = dnn_foreign_file_new (name, bytes);
  g_autoptr (GHashTable) others = g_hash_table_new (g_str_hash, g_str_equal);
  const Loader loader = { file, folder, others };
  DnnOnnxModelFields *fields;
  gsize n;
  const void *data = g_bytes_get_data (bytes, &n);

  fields = dnn_protobuf_read (file, &dnn_onnx_model_message, data, n, error);
  if (fields == NULL)
    return NULL;
  fields->file = file;
  if (!check_model (&loader, fields, error))
    return NULL;
  fields->file = g_steal_pointer (&file);
  return &fields->onnx;
}

DnnOnnx *
dnn_onnx_parse (const char *name, GBytes *bytes, GError **error)
{
  g_return_val_if_fail (name != NULL && bytes != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return load (name, NULL, bytes, error);
}

DnnOnnx *
dnn_onnx_read (const char *path, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autoptr (GBytes) bytes = dnn_file_read (path, error);

  return bytes != NULL ? load (path, folder, bytes, error) : NULL;
}

void
dnn_onnx_free (DnnOnnx *self)
{
  if (self != NULL)
    dnn_foreign_file_free (((DnnOnnxModelFields *) self)->file);
}
