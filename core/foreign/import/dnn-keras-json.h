/* dnn-keras-json.h - looks into the JSON of Keras files
 *
 * Members of another type than is wanted are as if they were not there.
 */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* NULL: none, or no text. */
const char *dnn_keras_text_of (JsonObject *object, const char *key);
JsonObject *dnn_keras_object_of (JsonNode *node);
JsonArray *dnn_keras_array_of (JsonNode *node);
JsonObject *dnn_keras_config_of (JsonObject *layer);
/* A layer's own name, from its config; "" where it has none. */
const char *dnn_keras_name_of (JsonObject *layer);
/* Appends "layer:use" for each tensor in a use of a layer, in the form of Keras
 * 2 or 3, or in a model's list of outputs; texts are (transfer full). */
void dnn_keras_collect (JsonNode *node, GPtrArray *keys, unsigned depth);

G_END_DECLS
