/* dnn-keras-import.c - walks the layers of a Keras file and makes a model */
#include "dnn-keras-import.h"

#include "dnn-keras-file.h"
#include "dnn-keras-json.h"
#include "dnn-keras-layer.h"
#include "dnn-layer.h"
#include "dnn-names.h"

#include <string.h>

/* The result of one use of a layer. */
typedef struct {
  char *source; /* (owned) layer of ours, or "input" */
  DnnShape shape;
} Value;

typedef struct {
  DnnKerasFile *file; /* borrowed */
  DnnForeignMap *map; /* (owned) */
  GHashTable *values; /* (owned) Value by "layer:use" */
  GHashTable *groups; /* (owned) group by layer */
  GPtrArray *specs;   /* (owned) */
  GPtrArray *layers;  /* (owned) DnnForeignLayer, beside specs */
  GPtrArray *owners;  /* (owned) name of the group there, beside specs */
  DnnNames *names;    /* (owned) */
  DnnShapes inputs;
  GString *report; /* (owned) */
} Import;

static void
value_free (gpointer data)
{
  Value *self = data;

  g_free (self->source);
  g_free (self);
}

static void
layer_free (gpointer data)
{
  dnn_foreign_layer_free (data);
}

static void
import_clear (Import *self)
{
  g_hash_table_unref (self->values);
  g_hash_table_unref (self->groups);
  g_ptr_array_unref (self->specs);
  g_ptr_array_unref (self->layers);
  g_ptr_array_unref (self->owners);
  dnn_names_free (self->names);
  dnn_foreign_map_free (self->map);
  g_string_free (self->report, TRUE);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Import, import_clear)

static Import
import_new (DnnRegistry *registry, DnnKerasFile *file)
{
  return (Import){
    .file = file,
    .map = dnn_foreign_map_new (registry, "keras"),
    .values =
        g_hash_table_new_full (g_str_hash, g_str_equal, g_free, value_free),
    .groups = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free),
    .specs = dnn_spec_list_new (),
    .layers = g_ptr_array_new_with_free_func (layer_free),
    .owners = g_ptr_array_new_with_free_func (g_free),
    .names = dnn_names_new (),
    .report = g_string_new (NULL),
  };
}

static bool
refuse (const char *layer, const char *class_name, GError **error,
        const char *because)
{
  g_set_error (error, DNN_ERROR, DNN_ERROR_FORMAT, "layer '%s' (%s): %s", layer,
               class_name, because);
  return false;
}

/* --- layers --------------------------------------------------------------- */

static void
add_value (Import *self, const char *layer, guint use, const char *source,
           const DnnShape *shape)
{
  Value *value = g_new0 (Value, 1);

  value->source = g_strdup (source);
  value->shape = *shape;
  g_hash_table_insert (self->values, g_strdup_printf ("%s:%u", layer, use),
                       value);
}

static bool
add_input (Import *self, const char *layer, JsonNode *shape, GError **error)
{
  g_autofree char *source = self->inputs.n > 0
                                ? g_strdup_printf ("input:%u", self->inputs.n)
                                : g_strdup ("input");
  DnnShape sample, batch = { .dims = { DNN_NOMINAL_BATCH } };

  if (self->inputs.n >= DNN_MAX_PARTS || !dnn_keras_shape (shape, &sample) ||
      !dnn_shape_is_small (&sample))
    return refuse (layer, "input", error,
                   "each size but the batch must be "
                   "known");
  self->inputs.at[self->inputs.n++] = sample;
  batch.n_dims = sample.n_dims + 1;
  memcpy (batch.dims + 1, sample.dims, sample.n_dims * sizeof sample.dims[0]);
  add_value (self, layer, 0, source, &batch);
  return true;
}

static JsonNode *
shape_of (JsonObject *config)
{
  static const char *const keys[] = { "batch_shape", "batch_input_shape",
                                      "build_input_shape" };

  for (size_t i = 0; i < G_N_ELEMENTS (keys); i++)
    if (dnn_keras_array_of (json_object_get_member (config, keys[i])) != NULL)
      return json_object_get_member (config, keys[i]);
  return NULL;
}

static char *
name_layer (Import *self, const char *name, guint use)
{
  g_autofree char *own = g_strdup (name);

  g_strcanon (own,
              "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
              "0123456789_-./",
              '_');
  if (use == 0 && *own != '\0' && dnn_names_take (self->names, own, NULL))
    return g_steal_pointer (&own);
  return dnn_names_number (self->names, *own != '\0' ? own : "layer");
}

/* Later uses have the weights of the first. */
static void
share (const Import *self, DnnSpec *spec, const char *layer)
{
  g_autofree char *first = g_strdup_printf ("%s:0", layer);
  const Value *value = g_hash_table_lookup (self->values, first);

  if (value != NULL)
    dnn_spec_set (spec, "weights", value->source, (DnnPlace){ 0 });
}

/* A use of a layer whose inputs are there. */
static bool
add_use (Import *self, JsonObject *layer, guint use, const GPtrArray *keys,
         GError **error)
{
  const char *class_name = dnn_keras_text_of (layer, "class_name");
  const char *name = dnn_keras_name_of (layer);
  g_autofree DnnShape *shapes = g_new0 (DnnShape, keys->len + 1);
  g_autoptr (GString) inputs = g_string_new (NULL);
  g_autoptr (GError) local = NULL;
  g_autofree char *own = NULL;
  DnnForeignNode *node = dnn_keras_layer_node (
      self->map, class_name, dnn_keras_config_of (layer), &local);
  DnnForeignLayer *made;

  for (guint i = 0; i < keys->len; i++) {
    const Value *value =
        g_hash_table_lookup (self->values, g_ptr_array_index (keys, i));

    shapes[i] = value->shape;
    g_string_append_printf (inputs, "%s%s", i > 0 ? "," : "", value->source);
  }
  made = node != NULL
             ? dnn_foreign_map_find (self->map, node, shapes, keys->len, &local)
             : NULL;
  if (made == NULL)
    return refuse (name, class_name, error, local->message);
  own = name_layer (self, name, use);
  dnn_spec_set (made->spec, "name", own, (DnnPlace){ 0 });
  dnn_spec_set (made->spec, "input", inputs->str, (DnnPlace){ 0 });
  if (use > 0 && made->row->weights->len > 0)
    share (self, made->spec, name);
  g_string_append_printf (self->report, "%s: %s, from %s\n", own,
                          made->spec->name, class_name);
  g_ptr_array_add (self->specs, dnn_spec_copy (made->spec));
  g_ptr_array_add (self->layers, made);
  g_ptr_array_add (self->owners, g_strdup (use == 0 ? name : NULL));
  add_value (self, name, use, own, &made->output);
  return true;
}

/* --- models --------------------------------------------------------------- */

static bool
is_input (JsonObject *layer)
{
  return g_strcmp0 (dnn_keras_text_of (layer, "class_name"), "InputLayer") == 0;
}

/* Groups of Keras 3 are named by classes, numbered in the order of layers. */
static bool
name_groups (Import *self, JsonArray *layers, GError **error)
{
  g_autoptr (GHashTable) counts =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < json_array_get_length (layers); i++) {
    JsonObject *layer = json_array_get_object_element (layers, i);
    const char *class_name = dnn_keras_text_of (layer, "class_name");
    char *stem = dnn_keras_snake_case (class_name != NULL ? class_name : "");
    const gint n = GPOINTER_TO_INT (g_hash_table_lookup (counts, stem));

    if (g_hash_table_contains (self->groups, dnn_keras_name_of (layer))) {
      g_free (stem);
      return refuse (dnn_keras_name_of (layer), class_name, error,
                     "two layers have that name");
    }
    g_hash_table_insert (self->groups, g_strdup (dnn_keras_name_of (layer)),
                         dnn_keras_file_form (self->file) == DNN_KERAS_LEGACY
                             ? g_strdup (dnn_keras_name_of (layer))
                         : n > 0 ? g_strdup_printf ("layers/%s_%d", stem, n)
                                 : g_strdup_printf ("layers/%s", stem));
    g_hash_table_insert (counts, stem, GINT_TO_POINTER (n + 1));
  }
  return true;
}

/* One after another; the first says what comes in. */
static char *
walk_sequence (Import *self, JsonArray *layers, JsonObject *config,
               GError **error)
{
  g_autofree char *before = NULL;

  for (guint i = 0; i < json_array_get_length (layers); i++) {
    JsonObject *layer = json_array_get_object_element (layers, i);
    g_autoptr (GPtrArray) keys = g_ptr_array_new ();
    JsonNode *shape = shape_of (dnn_keras_config_of (layer));

    if (before == NULL) {
      if (!add_input (self,
                      is_input (layer) ? dnn_keras_name_of (layer) : "input",
                      shape != NULL ? shape : shape_of (config), error))
        return NULL;
      before = g_strdup_printf (
          "%s:0", is_input (layer) ? dnn_keras_name_of (layer) : "input");
    }
    if (is_input (layer))
      continue;
    g_ptr_array_add (keys, before);
    if (!add_use (self, layer, 0, keys, error))
      return NULL;
    g_free (before);
    before = g_strdup_printf ("%s:0", dnn_keras_name_of (layer));
  }
  return g_steal_pointer (&before);
}

static bool
all_there (const Import *self, const GPtrArray *keys)
{
  for (guint i = 0; i < keys->len; i++)
    if (!g_hash_table_contains (self->values, g_ptr_array_index (keys, i)))
      return false;
  return keys->len > 0;
}

/* Adds each use of the layer whose inputs are there and that is not. */
static bool
add_ready (Import *self, JsonObject *layer, guint *ret_left, guint *ret_added,
           GError **error)
{
  JsonArray *uses =
      dnn_keras_array_of (json_object_get_member (layer, "inbound_nodes"));

  for (guint i = 0; uses != NULL && i < json_array_get_length (uses); i++) {
    g_autofree char *key =
        g_strdup_printf ("%s:%u", dnn_keras_name_of (layer), i);
    g_autofree char *first =
        g_strdup_printf ("%s:0", dnn_keras_name_of (layer));
    g_autoptr (GPtrArray) keys = g_ptr_array_new_with_free_func (g_free);

    if (g_hash_table_contains (self->values, key))
      continue;
    dnn_keras_collect (json_array_get_element (uses, i), keys, 0);
    if (!all_there (self, keys) ||
        (i > 0 && !g_hash_table_contains (self->values, first))) {
      (*ret_left)++;
      continue;
    }
    if (!add_use (self, layer, i, keys, error))
      return false;
    (*ret_added)++;
  }
  return true;
}

static bool
walk_graph (Import *self, JsonArray *layers, GError **error)
{
  guint left = 1, added = 1;

  for (guint i = 0; i < json_array_get_length (layers); i++) {
    JsonObject *layer = json_array_get_object_element (layers, i);

    if (is_input (layer) &&
        !add_input (self, dnn_keras_name_of (layer),
                    shape_of (dnn_keras_config_of (layer)), error))
      return false;
  }
  while (left > 0 && added > 0) {
    left = added = 0;
    for (guint i = 0; i < json_array_get_length (layers); i++) {
      JsonObject *layer = json_array_get_object_element (layers, i);

      if (!is_input (layer) && !add_ready (self, layer, &left, &added, error))
        return false;
    }
  }
  if (left > 0)
    g_set_error (error, DNN_ERROR, DNN_ERROR_FORMAT,
                 "%u uses of layers have inputs that no layer makes", left);
  return left == 0;
}

/* Our layers that make the outputs: those that `keys` name. */
static char *
list_outputs (const Import *self, const GPtrArray *keys, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < keys->len; i++) {
    const Value *value =
        g_hash_table_lookup (self->values, g_ptr_array_index (keys, i));

    if (value == NULL || dnn_foreign_is_input (value->source)) {
      g_set_error (error, DNN_ERROR, DNN_ERROR_FORMAT,
                   "no layer makes the output '%s'",
                   (const char *) g_ptr_array_index (keys, i));
      return NULL;
    }
    g_string_append_printf (text, "%s%s", i > 0 ? ", " : "", value->source);
  }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* --- weights -------------------------------------------------------------- */

/* Weights stand in the order in which the layer made them: those that it does
 * not have are left out, and the numbers close up. */
static bool
fill (const Import *self, guint i, DnnModel *model, GError **error)
{
  const DnnForeignLayer *layer = g_ptr_array_index (self->layers, i);
  const char *owner = g_ptr_array_index (self->owners, i);
  const char *name =
      dnn_spec_find (g_ptr_array_index (self->specs, i), "name")->value;
  const DnnKerasGroup *group =
      owner != NULL ? dnn_keras_file_find (
                          self->file, g_hash_table_lookup (self->groups, owner))
                    : NULL;
  size_t n = 0;

  for (guint j = 0; owner != NULL && j < layer->row->weights->len; j++) {
    const DnnForeignWeight *weight = g_ptr_array_index (layer->row->weights, j);
    g_autofree char *full = g_strdup_printf ("%s/%s", name, weight->ours);

    if (dnn_model_find_weight (model, full) == NULL)
      continue;
    if (group != NULL && n < group->n_weights)
      g_hash_table_insert (layer->node->tensors, g_strdup (weight->theirs[0]),
                           (void *) &group->weights[n]);
    n++;
  }
  if (owner != NULL && n != (group != NULL ? group->n_weights : 0)) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_FORMAT,
                 "layer '%s' has %" G_GSIZE_FORMAT
                 " weights in the file, and must have %" G_GSIZE_FORMAT,
                 owner, group != NULL ? group->n_weights : 0, n);
    return false;
  }
  if (dnn_foreign_layer_fill (layer, model, name, error))
    return true;
  g_prefix_error (error, "layer '%s': ", name);
  return false;
}

static DnnModel *
make_model (Import *self, DnnRegistry *registry, const char *outputs,
            GError **error)
{
  const DnnEnds ends = { .inputs = self->inputs, .outputs = outputs };
  g_autoptr (DnnModel) model =
      dnn_model_new_graph (registry, self->specs, &ends, error);

  if (model == NULL || !dnn_model_initialize (model, 0, error))
    return NULL;
  for (guint i = 0; i < self->layers->len; i++)
    if (!fill (self, i, model, error))
      return NULL;
  return g_steal_pointer (&model);
}

static DnnModel *
import_file (Import *self, DnnRegistry *registry, GError **error)
{
  JsonObject *top = dnn_keras_file_model (self->file);
  JsonArray *layers = dnn_keras_file_layers (self->file);
  g_autoptr (GPtrArray) keys = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *outputs = NULL;

  if (top == NULL || layers == NULL || dnn_keras_config_of (top) == NULL ||
      json_array_get_length (layers) == 0) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_FORMAT,
                 "the file has weights alone, and no model");
    return NULL;
  }
  if (!name_groups (self, layers, error))
    return NULL;
  if (g_strcmp0 (dnn_keras_text_of (top, "class_name"), "Sequential") == 0) {
    char *last = walk_sequence (self, layers, dnn_keras_config_of (top), error);

    if (last == NULL)
      return NULL;
    g_ptr_array_add (keys, last);
  } else {
    if (!walk_graph (self, layers, error))
      return NULL;
    dnn_keras_collect (
        json_object_get_member (dnn_keras_config_of (top), "output_layers"),
        keys, 0);
  }
  outputs = list_outputs (self, keys, error);
  return outputs != NULL ? make_model (self, registry, outputs, error) : NULL;
}

DnnModel *
dnn_import_keras (DnnRegistry *registry, const char *path, char **ret_report,
                  GError **error)
{
  g_autoptr (DnnKerasFile) file = dnn_keras_file_read (path, error);
  g_auto (Import) self = import_new (registry, file);
  DnnModel *model = file != NULL ? import_file (&self, registry, error) : NULL;

  if (file != NULL && model == NULL)
    g_prefix_error (error, "%s: ", path);
  if (model != NULL && ret_report != NULL)
    *ret_report = g_strdup (self.report->str);
  return model;
}
