/* dnn-json.c - a scan that bounds what json-glib will do
 *
 * json-glib recurses as deep as a text is nested, takes comments and several
 * values, and forgets the first of two members of one name.
 */
#include "dnn-json.h"

#include <string.h>

/* Bytes that json-glib takes for an object with its table of names, an array,
 * and any other value, measured and rounded up; and what all may take. */
enum { OBJECT_BYTES = 448, ARRAY_BYTES = 320, VALUE_BYTES = 160 };
#define MOST_BYTES (60 << 20)

typedef struct Scan {
  const char *name;
  const char *start, *at, *end;
  unsigned depth, most_depth;
  size_t room; /* bytes that values may still take */
} Scan;

/* Names seen while json-glib parses. */
typedef struct Members {
  GHashTable *seen; /* (owned) "address of the object/name" */
  char *twice;      /* (owned) the first name found again, or NULL */
} Members;

static bool
fail_at (const Scan *self, const char *what, GError **error)
{
  return dnn_set_format_error (self->name, error,
                               "must be JSON: %s at byte '%zu'", what,
                               (size_t) (self->at - self->start));
}

/* Passes a string, from its opening quote to its closing one. */
static bool
scan_string (Scan *self, GError **error)
{
  for (self->at++; self->at < self->end && *self->at != '"'; self->at++) {
    if ((unsigned char) *self->at < 0x20)
      return fail_at (self, "a string has a control character", error);
    if (*self->at == '\\') {
      if (self->end - self->at >= 6 && memcmp (self->at, "\\u0000", 6) == 0)
        return fail_at (self, "a string has a zero character", error);
      self->at++;
    }
  }
  return self->at < self->end || fail_at (self, "a string has no end", error);
}

static bool
take (Scan *self, size_t n, GError **error)
{
  if (n > self->room)
    return fail_at (self, "there are too many values", error);
  self->room -= n;
  return true;
}

static bool
scan_character (Scan *self, GError **error)
{
  static const char others[] = " \t\r\n:+-.0123456789eEtrufalsn";
  const char c = *self->at;

  if (c == '"')
    return scan_string (self, error);
  if (c == '{' || c == '[') {
    if (++self->depth > self->most_depth)
      return fail_at (self, "it is nested too deep", error);
    return take (self, c == '{' ? OBJECT_BYTES : ARRAY_BYTES, error);
  }
  if (c == '}' || c == ']') {
    self->depth--;
    return true;
  }
  if (c == ',')
    return take (self, VALUE_BYTES, error);
  return (c != '\0' && strchr (others, c) != NULL) ||
         fail_at (self, "there is no such character outside of strings", error);
}

static bool
scan (Scan *self, GError **error)
{
  if (self->start == self->end || *self->start != '{')
    return fail_at (self, "there is no '{'", error);
  if (!g_utf8_validate_len (self->start, (gsize) (self->end - self->start),
                            &self->at))
    return fail_at (self, "there is no UTF-8", error);
  for (self->at = self->start; self->at < self->end; self->at++) {
    if (self->depth == 0 && self->at > self->start &&
        strchr (" \t\r\n", *self->at) == NULL)
      return fail_at (self, "there is more than one value", error);
    if (!scan_character (self, error))
      return false;
  }
  return self->depth == 0 || fail_at (self, "an object has no end", error);
}

static void
note_member (JsonParser *parser, JsonObject *object, const char *member,
             Members *members)
{
  g_autofree char *key =
      g_strdup_printf ("%p/%s", (const void *) object, member);

  (void) parser;
  if (!g_hash_table_add (members->seen, g_steal_pointer (&key)) &&
      members->twice == NULL)
    members->twice = g_strdup (member);
}

bool
dnn_json_load (JsonParser *parser, const char *text, size_t n, char **ret_twice,
               GError **error)
{
  g_autoptr (GHashTable) seen =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  Members members = { .seen = seen };
  bool done;

  g_signal_connect (parser, "object-member", G_CALLBACK (note_member),
                    &members);
  done = json_parser_load_from_data (parser, text, (gssize) n, error);
  g_signal_handlers_disconnect_by_data (parser, &members);
  *ret_twice = members.twice;
  return done;
}

static JsonObject *
parse (const char *name, const char *text, size_t n, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GError) cause = NULL;
  g_autofree char *twice = NULL;
  JsonNode *root = NULL;

  if (dnn_json_load (parser, text, n, &twice, &cause))
    root = json_parser_get_root (parser);
  if (twice == NULL && root != NULL && JSON_NODE_HOLDS_OBJECT (root))
    return json_object_ref (json_node_get_object (root));
  dnn_set_format_error (name, error, "must be JSON%s: '%s'",
                        twice != NULL ? " without a name twice" : "",
                        twice != NULL   ? twice
                        : cause != NULL ? cause->message
                                        : "no object");
  return NULL;
}

JsonObject *
dnn_json_parse (const char *name, const char *text, size_t n, unsigned depth,
                GError **error)
{
  Scan self = { .name = name, .most_depth = depth, .room = MOST_BYTES };

  g_return_val_if_fail (name != NULL && (text != NULL || n == 0), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  self.start = self.at = n > 0 ? text : "";
  self.end = self.start + n;
  return scan (&self, error) ? parse (name, text, n, error) : NULL;
}

/* The member `key`, of that type; NULL where it is not. */
static JsonNode *
find_member (JsonObject *object, const char *key, JsonNodeType type)
{
  JsonNode *node = json_object_get_member (object, key);

  return node != NULL && json_node_get_node_type (node) == type ? node : NULL;
}

const char *
dnn_json_text (JsonObject *object, const char *key)
{
  JsonNode *node = find_member (object, key, JSON_NODE_VALUE);

  return node != NULL && json_node_get_value_type (node) == G_TYPE_STRING
             ? json_node_get_string (node)
             : NULL;
}

JsonObject *
dnn_json_object (JsonObject *object, const char *key)
{
  JsonNode *node = find_member (object, key, JSON_NODE_OBJECT);

  return node != NULL ? json_node_get_object (node) : NULL;
}

JsonArray *
dnn_json_array (JsonObject *object, const char *key)
{
  JsonNode *node = find_member (object, key, JSON_NODE_ARRAY);

  return node != NULL ? json_node_get_array (node) : NULL;
}
