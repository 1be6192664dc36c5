/* dnn-parse.h - text to numbers and lists */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "dnn-decls.h"

DNN_BEGIN_DECLS

/* "true" or "false"; a whole number; a number or a fraction such as 1/255.
 * The message of the error says what would be right, without the key. */
bool dnn_parse_bool (const char *text, bool *ret_value, GError **error);
bool dnn_parse_int (const char *text, int64_t min, int64_t max,
                    int64_t *ret_value, GError **error);
bool dnn_parse_float (const char *text, double min, double max,
                      double *ret_value, GError **error);
/* A number of bytes above 0: "300M", where K, M and G are powers of 1024. */
bool dnn_parse_bytes (const char *text, int64_t *ret_value, GError **error);

/* Splits at commas outside (), [] and quotes, and strips the pieces.
 * Returns: (transfer full). */
char **dnn_split_commas (const char *text);
/* Splits at every semicolon, and strips the pieces: the parts of a key that
 * names several inputs or targets.  Returns: (transfer full). */
char **dnn_split_parts (const char *text);

DNN_END_DECLS
