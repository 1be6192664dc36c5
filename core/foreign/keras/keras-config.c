/* keras-config.c - the description of a model, held to what may be in it
 *
 * CVE-2024-3660, CVE-2025-1550, CVE-2025-8747, CVE-2025-9905, CVE-2025-9906:
 * Keras ran code that a file named or contained.  Here it is text, and a file
 * that needs code is refused whatever its form.
 */
#include "dnn-keras-file-private.h"

#include "dnn-json.h"

#include <string.h>

/* Of objects and lists in each other; a model in a model takes some six. */
#define DEPTH_LIMIT 64

static const char *
layer_name (JsonObject *layer)
{
  JsonObject *config = dnn_json_object (layer, "config");
  const char *name = config != NULL ? dnn_json_text (config, "name") : NULL;

  return name != NULL ? name : "without a name";
}

/* Looks at every object below `node`, whose depth is bounded. */
static bool check_node (const DnnKerasFile *self, const char *place,
                        JsonNode *node, const char *layer, GError **error);

static bool
check_object (const DnnKerasFile *self, const char *place, JsonObject *object,
              const char *layer, GError **error)
{
  const char *class = dnn_json_text (object, "class_name");
  JsonObject *config = dnn_json_object (object, "config");
  JsonObjectIter iter;
  const char *key;
  JsonNode *value;

  if (class != NULL && config != NULL && dnn_json_text (config, "name") != NULL)
    layer = layer_name (object);
  if (class != NULL &&
      (strcmp (class, "Lambda") == 0 || strcmp (class, "__lambda__") == 0))
    return dnn_set_format_error (
        self->name, error,
        "%s: layer '%s' has Python code in it ('%s'), which "
        "is not run",
        place, layer, class);
  json_object_iter_init (&iter, object);
  while (json_object_iter_next (&iter, &key, &value))
    if (!check_node (self, place, value, layer, error))
      return false;
  return true;
}

static bool
check_node (const DnnKerasFile *self, const char *place, JsonNode *node,
            const char *layer, GError **error)
{
  JsonArray *array;

  if (JSON_NODE_HOLDS_OBJECT (node))
    return check_object (self, place, json_node_get_object (node), layer,
                         error);
  if (!JSON_NODE_HOLDS_ARRAY (node))
    return true;
  array = json_node_get_array (node);
  for (guint i = 0; i < json_array_get_length (array); i++)
    if (!check_node (self, place, json_array_get_element (array, i), layer,
                     error))
      return false;
  return true;
}

static bool
check_layers (const DnnKerasFile *self, const char *place, JsonObject *model,
              GError **error)
{
  JsonObject *config = dnn_json_object (model, "config");
  JsonArray *layers = config != NULL ? dnn_json_array (config, "layers") : NULL;

  if (dnn_json_text (model, "class_name") == NULL || layers == NULL)
    return dnn_set_format_error (
        self->name, error,
        "%s: must have a 'class_name' (Sequential, "
        "Functional) and a 'config' with a list of 'layers'",
        place);
  for (guint i = 0; i < json_array_get_length (layers); i++) {
    JsonNode *node = json_array_get_element (layers, i);
    JsonObject *layer =
        JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;

    if (layer == NULL || dnn_json_text (layer, "class_name") == NULL ||
        dnn_json_object (layer, "config") == NULL)
      return dnn_set_format_error (self->name, error,
                                   "%s: layer '%u' must be an object with a "
                                   "'class_name' and a 'config'",
                                   place, i);
  }
  return true;
}

/* Keras before 2.2.3 wrote the layers of a Sequential as its config. */
static void
modernize (JsonObject *model)
{
  JsonArray *layers = dnn_json_array (model, "config");
  JsonObject *config;

  if (layers == NULL)
    return;
  config = json_object_new ();
  json_object_set_array_member (config, "layers", json_array_ref (layers));
  json_object_set_object_member (model, "config", config);
}

static JsonObject *
parse (const DnnKerasFile *self, const char *place, const char *text, size_t n,
       GError **error)
{
  g_autofree char *name = g_strdup_printf ("%s: %s", self->name, place);

  return dnn_json_parse (name, text, n, DEPTH_LIMIT, error);
}

bool
dnn_keras_read_model (DnnKerasFile *self, const char *place, const char *text,
                      size_t n, GError **error)
{
  self->model = parse (self, place, text, n, error);
  if (self->model == NULL)
    return false;
  modernize (self->model);
  return check_object (self, place, self->model, "of the model", error) &&
         check_layers (self, place, self->model, error);
}

bool
dnn_keras_read_metadata (DnnKerasFile *self, const char *place,
                         const char *text, size_t n, GError **error)
{
  g_autoptr (JsonObject) metadata = parse (self, place, text, n, error);

  if (metadata == NULL)
    return false;
  self->version = g_strdup (dnn_json_text (metadata, "keras_version"));
  return self->version != NULL ||
         dnn_set_format_error (self->name, error,
                               "%s: must have a 'keras_version'", place);
}
