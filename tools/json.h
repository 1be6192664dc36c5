/* json.h - results as JSON, an object per line */
#pragma once

#include <json-glib/json-glib.h>
#include <stdbool.h>

/* An object as text without a newline.  Takes `builder`, whose object must be
 * closed.  Returns: (transfer full). */
char *json_to_line (JsonBuilder *builder);
/* One object on one line of stdout.  Takes `builder`, whose object must be
 * closed. */
void print_json (JsonBuilder *builder);
/* "name": value; null where it is NULL. */
void add_json_text (JsonBuilder *builder, const char *name, const char *value);
void add_json_bool (JsonBuilder *builder, const char *name, bool value);
void add_json_int (JsonBuilder *builder, const char *name, int64_t value);
/* "name": value; null where it is not finite. */
void add_json_number (JsonBuilder *builder, const char *name, double value);
