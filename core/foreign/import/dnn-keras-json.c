/* dnn-keras-json.c - looks into the JSON of Keras files */
#include "dnn-keras-json.h"

const char *
dnn_keras_text_of (JsonObject *object, const char *key)
{
  JsonNode *node = json_object_get_member (object, key);

  return node != NULL && JSON_NODE_HOLDS_VALUE (node)
             ? json_node_get_string (node)
             : NULL;
}

JsonObject *
dnn_keras_object_of (JsonNode *node)
{
  return node != NULL && JSON_NODE_HOLDS_OBJECT (node)
             ? json_node_get_object (node)
             : NULL;
}

JsonArray *
dnn_keras_array_of (JsonNode *node)
{
  return node != NULL && JSON_NODE_HOLDS_ARRAY (node)
             ? json_node_get_array (node)
             : NULL;
}

JsonObject *
dnn_keras_config_of (JsonObject *layer)
{
  return dnn_keras_object_of (json_object_get_member (layer, "config"));
}

/* A layer's own name: in its config, which each has. */
const char *
dnn_keras_name_of (JsonObject *layer)
{
  const char *name = dnn_keras_text_of (dnn_keras_config_of (layer), "name");

  return name != NULL ? name : "";
}

/* [name, use, tensor]; NULL: it is none. */
static char *
history_key (JsonArray *list)
{
  JsonNode *name, *use;

  if (list == NULL || json_array_get_length (list) < 3)
    return NULL;
  name = json_array_get_element (list, 0);
  use = json_array_get_element (list, 1);
  if (!JSON_NODE_HOLDS_VALUE (name) || json_node_get_string (name) == NULL ||
      !JSON_NODE_HOLDS_VALUE (use))
    return NULL;
  return g_strdup_printf ("%s:%" G_GINT64_FORMAT, json_node_get_string (name),
                          json_node_get_int (use));
}

/* Keys of all tensors in a use, of Keras 2 and 3. */
void
dnn_keras_collect (JsonNode *node, GPtrArray *keys, unsigned depth)
{
  JsonObject *object = dnn_keras_object_of (node);
  JsonArray *list = dnn_keras_array_of (node);
  char *key;

  if (object != NULL && g_strcmp0 (dnn_keras_text_of (object, "class_name"),
                                   "__keras_tensor__") == 0) {
    JsonObject *config = dnn_keras_config_of (object);

    key = config != NULL
              ? history_key (dnn_keras_array_of (
                    json_object_get_member (config, "keras_history")))
              : NULL;
    if (key != NULL)
      g_ptr_array_add (keys, key);
  } else if (object != NULL && json_object_has_member (object, "args"))
    dnn_keras_collect (json_object_get_member (object, "args"), keys, depth);
  key = history_key (list);
  if (key != NULL)
    g_ptr_array_add (keys, key);
  for (guint i = 0; key == NULL && list != NULL && depth < 8 &&
                    i < json_array_get_length (list);
       i++)
    dnn_keras_collect (json_array_get_element (list, i), keys, depth + 1);
}
