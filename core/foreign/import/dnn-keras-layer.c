/* dnn-keras-layer.c - from JSON to attributes as an experiment writes them */
#include "dnn-keras-layer.h"

#include <string.h>

/* Regex of keras.src.utils.naming.to_snake_case. */
char *
dnn_keras_snake_case (const char *class_name)
{
  g_autoptr (GRegex) words = g_regex_new ("(.)([A-Z][a-z]+)", 0, 0, NULL);
  g_autoptr (GRegex) humps = g_regex_new ("([a-z])([A-Z])", 0, 0, NULL);
  g_autofree char *once =
      g_regex_replace (words, class_name, -1, 0, "\\1_\\2", 0, NULL);
  g_autofree char *twice =
      once != NULL ? g_regex_replace (humps, once, -1, 0, "\\1_\\2", 0, NULL)
                   : NULL;

  return g_ascii_strdown (twice != NULL ? twice : class_name, -1);
}

bool
dnn_keras_shape (JsonNode *node, DnnShape *ret_shape)
{
  JsonArray *list = node != NULL && JSON_NODE_HOLDS_ARRAY (node)
                        ? json_node_get_array (node)
                        : NULL;
  const guint n = list != NULL ? json_array_get_length (list) : 0;
  DnnShape shape = { 0 };

  if (n < 2 || n > DNN_MAX_DIMS)
    return false;
  for (guint i = 1; i < n; i++) {
    JsonNode *size = json_array_get_element (list, i);

    if (!JSON_NODE_HOLDS_VALUE (size) || json_node_get_int (size) < 1)
      return false;
    shape.dims[shape.n_dims++] = json_node_get_int (size);
  }
  *ret_shape = shape;
  return true;
}

/* Keys that say nothing of what the layer computes; renorm_momentum does only
 * with renorm, which no plugin has. */
static bool
is_aside (const char *key)
{
  static const char *const names[] = {
    "name",        "trainable",    "dtype",           "batch_input_shape",
    "batch_shape", "seed",         "data_format",     "input_length",
    "sparse",      "ragged",       "input_shape",     "synchronized",
    "autocast",    "build_config", "renorm_momentum", NULL,
  };
  static const char *const ends[] = { "_initializer", "_regularizer",
                                      "_constraint" };

  for (size_t i = 0; i < G_N_ELEMENTS (ends); i++)
    if (g_str_has_suffix (key, ends[i]))
      return true;
  return g_strv_contains (names, key);
}

static bool
append_value (JsonNode *node, GString *text)
{
  if (JSON_NODE_HOLDS_ARRAY (node)) {
    JsonArray *list = json_node_get_array (node);

    for (guint i = 0; i < json_array_get_length (list); i++)
      if (!append_value (json_array_get_element (list, i), text))
        return false;
    return true;
  }
  if (!JSON_NODE_HOLDS_VALUE (node))
    return false;
  if (text->len > 0)
    g_string_append_c (text, ',');
  if (json_node_get_value_type (node) == G_TYPE_STRING)
    g_string_append (text, json_node_get_string (node));
  else if (json_node_get_value_type (node) == G_TYPE_BOOLEAN)
    g_string_append (text, json_node_get_boolean (node) ? "true" : "false");
  else if (json_node_get_value_type (node) == G_TYPE_INT64)
    g_string_append_printf (text, "%" G_GINT64_FORMAT,
                            json_node_get_int (node));
  else {
    char digits[G_ASCII_DTOSTR_BUF_SIZE];

    g_string_append (text, g_ascii_formatd (digits, sizeof digits, "%.9g",
                                            json_node_get_double (node)));
  }
  return true;
}

/* A function is {"class_name": "function", "config": "relu"} in some files. */
static JsonNode *
unwrap (JsonNode *node)
{
  JsonObject *object =
      JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  JsonNode *name =
      object != NULL ? json_object_get_member (object, "class_name") : NULL;

  if (name != NULL &&
      g_strcmp0 (json_node_get_string (name), "function") == 0 &&
      json_object_has_member (object, "config"))
    return json_object_get_member (object, "config");
  return node;
}

/* Of these nothing but the value of a layer without it is harmless. */
static bool
is_off (const char *key, const char *text)
{
  return strcmp (text, "false") == 0 || *text == '\0' ||
         (strcmp (key, "axis") == 0 && strcmp (text, "-1") == 0) ||
         (strcmp (key, "groups") == 0 && strcmp (text, "1") == 0);
}

static bool
set_key (DnnForeignNode *made, const char *key, JsonNode *value, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);
  JsonNode *plain = unwrap (value);

  if (JSON_NODE_HOLDS_NULL (plain))
    return true;
  if (strcmp (key, "data_format") == 0 && JSON_NODE_HOLDS_VALUE (plain) &&
      g_strcmp0 (json_node_get_string (plain), "channels_first") == 0) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_FORMAT,
                 "'data_format' must be channels_last");
    return false;
  }
  if (is_aside (key))
    return true;
  if (!append_value (plain, text)) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_FORMAT,
                 "'%s' must be a number, a text or a list of them", key);
    return false;
  }
  dnn_foreign_node_set (made, key, g_strdup (text->str),
                        !is_off (key, text->str));
  return true;
}

DnnForeignNode *
dnn_keras_layer_node (const DnnForeignMap *map, const char *class_name,
                      JsonObject *config, GError **error)
{
  const bool named = strcmp (class_name, "Activation") == 0;
  JsonNode *function = json_object_get_member (config, "activation");
  const char *name =
      named && function != NULL && JSON_NODE_HOLDS_VALUE (unwrap (function))
          ? json_node_get_string (unwrap (function))
          : class_name;
  const char *op = dnn_foreign_map_like (map, name != NULL ? name : "");
  g_autoptr (DnnForeignNode) made = dnn_foreign_node_new (op);
  g_autoptr (GList) keys = json_object_get_members (config);

  if (op == NULL) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_NAME,
                 "no layer or activation is known for it");
    return NULL;
  }
  for (GList *at = keys; at != NULL; at = at->next)
    if (!(named && strcmp (at->data, "activation") == 0) &&
        !set_key (made, at->data, json_object_get_member (config, at->data),
                  error))
      return NULL;
  return g_steal_pointer (&made);
}
