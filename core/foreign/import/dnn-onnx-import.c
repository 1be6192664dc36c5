/* dnn-onnx-import.c - walks an ONNX graph and makes a model of it */
#include "dnn-onnx-import-private.h"

#include "dnn-layer.h"
#include "dnn-shape.h"

#include <string.h>

static void
part_free (gpointer data)
{
  DnnOnnxPart *self = data;

  g_free (self->source);
  g_free (self);
}

static void
layer_free (gpointer data)
{
  dnn_foreign_layer_free (data);
}

static void
import_clear (DnnOnnxImport *self)
{
  g_ptr_array_unref (self->specs);
  g_ptr_array_unref (self->layers);
  g_ptr_array_unref (self->outputs);
  g_ptr_array_unref (self->owned);
  g_hash_table_unref (self->consumers);
  g_hash_table_unref (self->needed);
  g_hash_table_unref (self->done);
  g_hash_table_unref (self->parts);
  g_string_free (self->report, TRUE);
  dnn_names_free (self->names);
  dnn_foreign_map_free (self->map);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (DnnOnnxImport, import_clear)

static DnnOnnxImport
import_new (DnnRegistry *registry, const DnnOnnx *onnx,
            const DnnImportOptions *options)
{
  return (DnnOnnxImport){
    .map = dnn_foreign_map_new (registry, "onnx"),
    .onnx = onnx,
    .options = options,
    .consumers = g_hash_table_new_full (g_str_hash, g_str_equal, NULL,
                                        (GDestroyNotify) g_ptr_array_unref),
    .needed = g_hash_table_new (NULL, NULL),
    .done = g_hash_table_new (NULL, NULL),
    .parts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, part_free),
    .outputs = g_ptr_array_new (),
    .specs = dnn_spec_list_new (),
    .layers = g_ptr_array_new_with_free_func (layer_free),
    .owned = g_ptr_array_new_with_free_func (g_free),
    .names = dnn_names_new (),
    .report = g_string_new (NULL),
  };
}

/* --- what is needed ------------------------------------------------------- */

static bool
find_outputs (DnnOnnxImport *self, GError **error)
{
  const DnnOnnxGraph *graph = self->onnx->graph;
  const char *const *until = self->options->until;

  for (size_t i = 0; until != NULL && until[i] != NULL; i++) {
    if (dnn_onnx_graph_find_producer (graph, until[i]) == NULL) {
      g_set_error (error, DNN_ERROR, DNN_ERROR_NAME,
                   "no node makes the value '%s'", until[i]);
      return false;
    }
    g_ptr_array_add (self->outputs, (char *) until[i]);
  }
  for (size_t i = 0; self->outputs->len == 0 && i < graph->n_outputs; i++)
    g_ptr_array_add (self->outputs, (char *) graph->outputs[i]->name);
  if (self->outputs->len > 0 && self->outputs->len <= DNN_MAX_PARTS)
    return true;
  g_set_error (error, DNN_ERROR, DNN_ERROR_FORMAT,
               "the graph must have 1 to %d outputs, not '%u'", DNN_MAX_PARTS,
               self->outputs->len);
  return false;
}

static void
add_consumer (DnnOnnxImport *self, const char *value, const DnnOnnxNode *node)
{
  GPtrArray *list = g_hash_table_lookup (self->consumers, value);

  if (list == NULL) {
    list = g_ptr_array_new ();
    g_hash_table_insert (self->consumers, (char *) value, list);
  }
  /* A node may name a value in many inputs. */
  if (list->len == 0 || g_ptr_array_index (list, list->len - 1) != node)
    g_ptr_array_add (list, (void *) node);
}

/* From the last node up: each is needed if an output or a needed node uses it.
 */
static void
mark_needed (DnnOnnxImport *self)
{
  const DnnOnnxGraph *graph = self->onnx->graph;
  g_autoptr (GHashTable) values = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < self->outputs->len; i++)
    g_hash_table_add (values, g_ptr_array_index (self->outputs, i));
  for (size_t i = graph->n_nodes; i-- > 0;) {
    const DnnOnnxNode *node = graph->nodes[i];
    bool needed = false;

    for (size_t j = 0; j < node->n_outputs; j++)
      needed = needed || g_hash_table_contains (values, node->outputs[j]);
    if (!needed)
      continue;
    g_hash_table_add (self->needed, (void *) node);
    for (size_t j = 0; j < node->n_inputs; j++) {
      g_hash_table_add (values, (char *) node->inputs[j]);
      add_consumer (self, node->inputs[j], node);
    }
  }
}

static int
compare_texts (const void *a, const void *b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* All operators that are not known, at once, with how many nodes have them. */
static bool
check_known (DnnOnnxImport *self, GError **error)
{
  const DnnOnnxGraph *graph = self->onnx->graph;
  g_autoptr (GHashTable) counts = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree const char **ops = NULL;
  const char *until = NULL, *before = NULL;
  guint n = 0;

  for (size_t i = 0; i < graph->n_nodes; i++) {
    const DnnOnnxNode *node = graph->nodes[i];

    if (!g_hash_table_contains (self->needed, node))
      continue;
    if (dnn_onnx_find_rule (self, node) == NULL) {
      if (g_hash_table_size (counts) == 0)
        until = before;
      g_hash_table_insert (
          counts, (char *) node->op,
          GINT_TO_POINTER (
              GPOINTER_TO_INT (g_hash_table_lookup (counts, node->op)) + 1));
    }
    before = node->outputs[0]; /* it has one, as it is needed */
  }
  ops = (const char **) g_hash_table_get_keys_as_array (counts, &n);
  if (n == 0)
    return true;
  qsort (ops, n, sizeof *ops, compare_texts);
  for (guint i = 0; i < n; i++)
    g_string_append_printf (
        text, "%s%s (%d)", i > 0 ? ", " : "", ops[i],
        GPOINTER_TO_INT (g_hash_table_lookup (counts, ops[i])));
  g_set_error (error, DNN_ERROR, DNN_ERROR_FORMAT,
               "no layer or activation is known for these operators (nodes): "
               "%s%s%s%s",
               text->str, until != NULL ? "; --until '" : "",
               until != NULL ? until : "",
               until != NULL ? "' is what comes before them" : "");
  return false;
}

/* --- inputs --------------------------------------------------------------- */

/* "x=3,224,224"; NULL: none is of that name. */
static const char *
find_shape (const DnnOnnxImport *self, const char *name)
{
  const char *const *shapes = self->options->shapes;
  const size_t n = strlen (name);

  for (size_t i = 0; shapes != NULL && shapes[i] != NULL; i++)
    if (g_str_has_prefix (shapes[i], name) && shapes[i][n] == '=')
      return shapes[i] + n + 1;
  return NULL;
}

/* Sizes behind the batch, in the file's order. */
static bool
read_shape (const DnnOnnxImport *self, const DnnOnnxValue *value,
            DnnShape *ret_shape, GError **error)
{
  const char *given = find_shape (self, value->name);
  DnnShape shape = { 0 };

  if (given != NULL)
    return dnn_shape_parse (given, ret_shape, error);
  if (!value->is_tensor || !value->has_shape || value->n_dims < 2 ||
      value->n_dims > DNN_MAX_DIMS) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_SHAPE,
                 "input '%s' must be a tensor with a batch and 1 to %d axes "
                 "more; --input-shape %s=... gives them",
                 value->name, DNN_MAX_DIMS - 1, value->name);
    return false;
  }
  for (size_t i = 1; i < value->n_dims; i++) {
    shape.dims[shape.n_dims++] = value->dims[i].size;
    if (value->dims[i].size > 0)
      continue;
    g_set_error (error, DNN_ERROR, DNN_ERROR_SHAPE,
                 "axis %" G_GSIZE_FORMAT
                 " of input '%s' has no size; --input-shape %s=... gives it",
                 i, value->name, value->name);
    return false;
  }
  *ret_shape = shape;
  return true;
}

/* True if a node wants its channels last, seen through those that do not care.
 */
static bool
wants_last (const DnnOnnxImport *self, const char *name, GHashTable *seen,
            unsigned depth)
{
  const GPtrArray *list = g_hash_table_lookup (self->consumers, name);

  if (!g_hash_table_add (seen, (char *) name))
    return false;
  for (guint i = 0; list != NULL && i < list->len; i++) {
    const DnnOnnxNode *node = g_ptr_array_index (list, i);

    if (strcmp (node->inputs[0], name) == 0 && dnn_onnx_wants_last (node))
      return true;
    if (depth > 0 && dnn_foreign_map_is_activation (self->map, node->op) &&
        node->n_outputs > 0 &&
        wants_last (self, node->outputs[0], seen, depth - 1))
      return true;
  }
  return false;
}

static bool
add_input (DnnOnnxImport *self, const DnnOnnxValue *value, GError **error)
{
  g_autofree char *source = self->inputs.n > 0
                                ? g_strdup_printf ("input:%u", self->inputs.n)
                                : g_strdup ("input");
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  DnnShape sample = { 0 }, ours, batch;
  bool last;
  DnnOnnxPart *part;

  if (self->inputs.n >= DNN_MAX_PARTS) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_FORMAT,
                 "the graph must have at most %d inputs", DNN_MAX_PARTS);
    return false;
  }
  if (!read_shape (self, value, &sample, error))
    return false;
  if (!dnn_shape_is_small (&sample)) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_SHAPE,
                 "the shape of input '%s' is too large", value->name);
    return false;
  }
  ours = sample;
  last = sample.n_dims >= 2 && !self->options->keep_input_layout &&
         wants_last (self, value->name, seen, 8);
  for (uint32_t i = 0; last && i < sample.n_dims; i++)
    ours.dims[i] = sample.dims[i + 1 < sample.n_dims ? i + 1 : 0];
  self->inputs.at[self->inputs.n++] = ours;
  batch =
      (DnnShape){ .n_dims = ours.n_dims + 1, .dims = { DNN_NOMINAL_BATCH } };
  memcpy (batch.dims + 1, ours.dims, ours.n_dims * sizeof ours.dims[0]);
  part = dnn_onnx_add_part (self, value->name, &batch, source);
  for (uint32_t i = 1; last && i < batch.n_dims; i++)
    part->axes[i] = i + 1 < batch.n_dims ? i + 1 : 1;
  if (last)
    g_string_append_printf (self->report, "input '%s': channels last\n",
                            value->name);
  return true;
}

/* Shapes that were given must be of inputs. */
static bool
check_shapes (const DnnOnnxImport *self, GError **error)
{
  const DnnOnnxGraph *graph = self->onnx->graph;
  const char *const *shapes = self->options->shapes;

  for (size_t i = 0; shapes != NULL && shapes[i] != NULL; i++) {
    bool found = false;

    for (size_t j = 0; j < graph->n_inputs; j++) {
      const size_t n = strlen (graph->inputs[j]->name);

      found = found || (strncmp (shapes[i], graph->inputs[j]->name, n) == 0 &&
                        shapes[i][n] == '=');
    }
    if (found)
      continue;
    g_set_error (error, DNN_ERROR, DNN_ERROR_NAME,
                 "--input-shape must be NAME=N,N,... of an input of the graph, "
                 "not '%s'",
                 shapes[i]);
    return false;
  }
  return true;
}

static bool
add_values (DnnOnnxImport *self, GError **error)
{
  const DnnOnnxGraph *graph = self->onnx->graph;

  if (!check_shapes (self, error))
    return false;
  for (size_t i = 0; i < graph->n_constants; i++) {
    const DnnNamedTensor *tensor = &graph->constants[i]->array;

    if (tensor->data != NULL)
      dnn_onnx_add_part (self, tensor->name, &tensor->shape, NULL)->constant =
          tensor;
  }
  for (size_t i = 0; i < graph->n_inputs; i++)
    if (dnn_onnx_part (self, graph->inputs[i]->name) == NULL &&
        g_hash_table_contains (self->consumers, graph->inputs[i]->name) &&
        !add_input (self, graph->inputs[i], error))
      return false;
  if (self->inputs.n > 0)
    return true;
  g_set_error (error, DNN_ERROR, DNN_ERROR_FORMAT,
               "no output depends on an input");
  return false;
}

/* --- the model ------------------------------------------------------------ */

/* Rules count on a first input and a first output. */
static bool
run_rule (DnnOnnxImport *self, const DnnOnnxNode *node, GError **error)
{
  if (*node->outputs[0] == '\0')
    return dnn_onnx_refuse (node, error, "its first output must have a name");
  if (node->n_inputs > dnn_onnx_most_inputs (node))
    return dnn_onnx_refuse (node, error,
                            "its inputs must be at most %" G_GSIZE_FORMAT
                            ", not '%" G_GSIZE_FORMAT "'",
                            dnn_onnx_most_inputs (node), node->n_inputs);
  if (strcmp (node->op, "Constant") != 0 &&
      dnn_onnx_part (self, dnn_onnx_node_get_input (node, 0)) == NULL)
    return dnn_onnx_refuse (node, error,
                            "its first input must be a tensor of numbers");
  return dnn_onnx_find_rule (self, node) (self, node, error);
}

static bool
walk (DnnOnnxImport *self, GError **error)
{
  const DnnOnnxGraph *graph = self->onnx->graph;

  for (size_t i = 0; i < graph->n_nodes; i++) {
    const DnnOnnxNode *node = graph->nodes[i];

    if (g_hash_table_contains (self->needed, node) &&
        !g_hash_table_contains (self->done, node) &&
        !run_rule (self, node, error))
      return false;
  }
  return true;
}

/* Names of the layers that make the outputs; NULL with an error. */
static char *
list_outputs (DnnOnnxImport *self, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < self->outputs->len; i++) {
    const char *name = g_ptr_array_index (self->outputs, i);
    const DnnOnnxPart *part = dnn_onnx_part (self, name);

    if (part == NULL || part->source == NULL ||
        dnn_foreign_is_input (part->source)) {
      g_set_error (error, DNN_ERROR, DNN_ERROR_FORMAT,
                   "output '%s' must be computed by a node", name);
      return NULL;
    }
    if (!dnn_onnx_part_is_plain (part))
      g_string_append_printf (self->report, "output '%s': channels last\n",
                              name);
    g_string_append_printf (text, "%s%s", i > 0 ? ", " : "", part->source);
  }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static DnnModel *
make_model (DnnOnnxImport *self, DnnRegistry *registry, GError **error)
{
  g_autofree char *outputs = list_outputs (self, error);
  const DnnEnds ends = { .inputs = self->inputs, .outputs = outputs };
  g_autoptr (DnnModel) model =
      outputs != NULL
          ? dnn_model_new_graph (registry, self->specs, &ends, error)
          : NULL;

  if (model == NULL || !dnn_model_initialize (model, 0, error))
    return NULL;
  for (guint i = 0; i < self->layers->len; i++) {
    const DnnSpec *spec = g_ptr_array_index (self->specs, i);
    const char *name = dnn_spec_find (spec, "name")->value;

    if (!dnn_foreign_layer_fill (g_ptr_array_index (self->layers, i), model,
                                 name, error)) {
      g_prefix_error (error, "layer '%s': ", name);
      return NULL;
    }
  }
  return g_steal_pointer (&model);
}

static void
end_report (DnnOnnxImport *self)
{
  g_string_append_printf (
      self->report,
      "%u layers of %u nodes; permuted: %u values, rows of %u dense layers\n",
      self->specs->len, g_hash_table_size (self->needed), self->n_permuted,
      self->n_rows);
}

DnnModel *
dnn_import_onnx (DnnRegistry *registry, const char *path,
                 const DnnImportOptions *options, char **ret_report,
                 GError **error)
{
  static const DnnImportOptions none = { 0 };
  g_autoptr (DnnOnnx) onnx = dnn_onnx_read (path, error);
  g_auto (DnnOnnxImport) self =
      import_new (registry, onnx, options != NULL ? options : &none);
  DnnModel *model = NULL;

  if (onnx == NULL)
    return NULL;
  if (find_outputs (&self, error)) {
    mark_needed (&self);
    if (check_known (&self, error) && add_values (&self, error) &&
        walk (&self, error))
      model = make_model (&self, registry, error);
  }
  if (model == NULL) {
    g_prefix_error (error, "%s: ", path);
    return NULL;
  }
  end_report (&self);
  if (ret_report != NULL)
    *ret_report = g_strdup (self.report->str);
  return model;
}
