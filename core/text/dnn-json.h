/* dnn-json.h - JSON texts of strangers, checked before json-glib sees them */
#pragma once

#include "dnn-error.h"

#include <json-glib/json-glib.h>

DNN_BEGIN_DECLS

/* Parses one JSON object of n bytes of UTF-8: nested to at most `depth` levels,
 * without zero characters, no name twice in an object, and of no more values
 * than some 60 MiB of memory can hold.  `name` starts every error message, all
 * of DNN_ERROR_FORMAT.  Returns: (transfer full) */
JsonObject *dnn_json_parse (const char *name, const char *text, size_t n,
                            unsigned depth, GError **error);

/* Has `parser` parse n bytes that somebody has checked.  `ret_twice` becomes
 * the first name that an object has twice, which json-glib takes; NULL: none
 * has. Errors are json-glib's. */
bool dnn_json_load (JsonParser *parser, const char *text, size_t n,
                    char **ret_twice, GError **error);

/* The member `key` of an object; NULL where it is not there or of another
 * type. */
const char *dnn_json_text (JsonObject *object, const char *key);
JsonObject *dnn_json_object (JsonObject *object, const char *key);
JsonArray *dnn_json_array (JsonObject *object, const char *key);

DNN_END_DECLS
