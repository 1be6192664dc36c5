/* dnn-keras-layer.h - the config of a Keras layer as a node that rows speak of
 */
#pragma once

#include "dnn-foreign-map.h"

#include <json-glib/json-glib.h>

DNN_BEGIN_DECLS

/* `class_name` and `config` as attributes.  NULL with DNN_ERROR_FORMAT: the
 * config has something that no text of an experiment says. */
DnnForeignNode *dnn_keras_layer_node (const DnnForeignMap *map,
                                      const char *class_name,
                                      JsonObject *config, GError **error);

/* "conv2d" of "Conv2D", as Keras names groups of weights.
 * Returns: (transfer full). */
char *dnn_keras_snake_case (const char *class_name);

/* A shape behind its batch, of a JSON list; false where a size is not known. */
bool dnn_keras_shape (JsonNode *node, DnnShape *ret_shape);

DNN_END_DECLS
