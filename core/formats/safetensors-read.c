/* safetensors-read.c - the JSON header, checked before it is believed */
#include "dnn-safetensors-private.h"
#include "dnn-shape.h"

#include "dnn-array.h"
#include "dnn-file.h"
#include "dnn-json.h"
#include "dnn-memory.h"

#include <string.h>

/* {name: {"shape": [ */
#define DEPTH_LIMIT 3

/* Skips a string from its opening quote; returns its closing one, or NULL. */
static const char *
skip_string (const char *c, const char *end)
{
  for (c++; c < end && *c != '"'; c++) {
    if ((unsigned char) *c < 0x20)
      return NULL;
    if (*c == '\\') {
      if (end - c >= 6 && strncmp (c, "\\u0000", 6) == 0)
        return NULL; /* would end the string for C, and hide the rest */
      c++;
    }
  }
  return c < end ? c : NULL;
}

/* json-glib recurses without limit, and reads comments, other quotes and what
 * follows the value: whatever could make it do so is refused here. */
static bool
check_text (const char *name, const char *text, size_t length, GError **error)
{
  static const char spaces[] = " \t\r\n";
  static const char others[] = " \t\r\n:,+-.0123456789eEtrufalsn";
  const char *end = text + length;
  int depth = 1;

  if (length < 2 || text[0] != '{')
    return dnn_set_format_error (name, error, "header must start with '{'");
  if (!g_utf8_validate_len (text, length, NULL))
    return dnn_set_format_error (name, error,
                                 "header must be UTF-8 without zero bytes");

  for (const char *c = text + 1; c < end; c++) {
    const size_t at = (size_t) (c - text);

    if (depth > 0 && (*c == '{' || *c == '['))
      depth++;
    else if (depth > 0 && (*c == '}' || *c == ']'))
      depth--;
    else if (depth > 0 && *c == '"')
      c = skip_string (c, end);
    else if (strchr (depth > 0 ? others : spaces, *c) == NULL)
      return dnn_set_format_error (name, error,
                                   "header is not JSON from byte '%zu' on", at);

    if (c == NULL)
      return dnn_set_format_error (
          name, error,
          "header has a string with a control character or without "
          "an end at byte '%zu'",
          at);
    if (depth > DEPTH_LIMIT)
      return dnn_set_format_error (
          name, error, "header is nested deeper than '%d' levels", DEPTH_LIMIT);
  }
  return true;
}

static bool
parse_json (const char *name, JsonParser *parser, const char *text,
            size_t length, GError **error)
{
  g_autoptr (GError) cause = NULL;
  g_autofree char *twice = NULL;
  JsonNode *root;

  if (!check_text (name, text, length, error))
    return false;

  if (!dnn_json_load (parser, text, length, &twice, &cause))
    return dnn_set_format_error (name, error, "header is not JSON: '%s'",
                                 cause->message);
  if (twice != NULL)
    return dnn_set_format_error (name, error, "header has the name '%s' twice",
                                 twice);

  root = json_parser_get_root (parser);
  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    return dnn_set_format_error (name, error, "header must be one JSON object");
  return true;
}

static bool
parse_metadata (DnnSafetensors *self, const char *name, JsonNode *node,
                GError **error)
{
  JsonObjectIter iter;
  const char *key;
  JsonNode *value;

  if (!JSON_NODE_HOLDS_OBJECT (node))
    return dnn_set_format_error (name, error,
                                 "'__metadata__' must be an object of strings");

  json_object_iter_init_ordered (&iter, json_node_get_object (node));
  while (json_object_iter_next_ordered (&iter, &key, &value)) {
    if (!JSON_NODE_HOLDS_VALUE (value) ||
        json_node_get_value_type (value) != G_TYPE_STRING)
      return dnn_set_format_error (name, error,
                                   "metadata '%s' must be a string", key);
    dnn_safetensors_set_metadata (self, key, json_node_get_string (value));
  }
  return true;
}

static bool
parse_dtype (const char *name, DnnSafetensorsEntry *entry, JsonObject *object,
             GError **error)
{
  JsonNode *node = json_object_get_member (object, "dtype");
  const char *text;

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node) ||
      json_node_get_value_type (node) != G_TYPE_STRING)
    return dnn_set_format_error (
        name, error, "tensor '%s': dtype must be a string", entry->name);

  text = json_node_get_string (node);
  if (dnn_safetensors_find_dtype (text, &entry->tensor.dtype))
    return true;
  return dnn_set_format_error (
      name, error,
      "tensor '%s': dtype must be F16 to F64, I8 to I64, U8 to U64 "
      "or BOOL, not '%s'",
      entry->name, text);
}

/* The member `key`: an array of at most `most` numbers from 0 up. */
static bool
parse_numbers (const char *name, const DnnSafetensorsEntry *entry,
               JsonObject *object, const char *key, uint32_t most,
               DnnShape *ret_numbers, GError **error)
{
  JsonNode *node = json_object_get_member (object, key);
  JsonArray *array;
  uint32_t n;

  if (node == NULL || !JSON_NODE_HOLDS_ARRAY (node))
    return dnn_set_format_error (name, error,
                                 "tensor '%s': %s must be an array of numbers",
                                 entry->name, key);

  array = json_node_get_array (node);
  n = json_array_get_length (array);
  if (n > most)
    return dnn_set_format_error (
        name, error, "tensor '%s': %s must have at most %u numbers, not '%u'",
        entry->name, key, most, n);

  for (uint32_t i = 0; i < n; i++) {
    JsonNode *item = json_array_get_element (array, i);

    if (!JSON_NODE_HOLDS_VALUE (item) ||
        json_node_get_value_type (item) != G_TYPE_INT64 ||
        json_node_get_int (item) < 0)
      return dnn_set_format_error (
          name, error,
          "tensor '%s': %s must be whole numbers from 0 up (number "
          "'%u' is not)",
          entry->name, key, i + 1);
    ret_numbers->dims[i] = json_node_get_int (item);
  }
  ret_numbers->n_dims = n;
  return true;
}

/* Checks that the offsets lie within the `size` bytes of data and are as far
 * apart as the shape says. */
static bool
check_offsets (const char *name, DnnSafetensorsEntry *entry,
               const int64_t *offsets, size_t size, GError **error)
{
  const size_t item = dnn_dtype_size (entry->tensor.dtype);
  int64_t n;

  if (offsets[0] > offsets[1])
    return dnn_set_format_error (
        name, error,
        "tensor '%s': data_offsets must be in order, not "
        "'%" G_GINT64_FORMAT ", %" G_GINT64_FORMAT "'",
        entry->name, offsets[0], offsets[1]);
  if ((uint64_t) offsets[1] > size)
    return dnn_set_format_error (
        name, error,
        "tensor '%s' ends after '%" G_GINT64_FORMAT
        "' bytes of data, and the file has %zu: it is cut short",
        entry->name, offsets[1], size);

  entry->begin = (size_t) offsets[0];
  entry->end = (size_t) offsets[1];
  if (!dnn_shape_count (&entry->tensor.shape, &n) ||
      (size_t) n > G_MAXSIZE / item ||
      (size_t) n * item != entry->end - entry->begin)
    return dnn_set_format_error (
        name, error,
        "tensor '%s': has '%zu' bytes of data, which is not what its "
        "shape and dtype need",
        entry->name, entry->end - entry->begin);
  return true;
}

static bool
parse_tensor (const char *name, DnnSafetensorsEntry *entry, JsonNode *node,
              size_t size, GError **error)
{
  DnnShape offsets = { 0 };
  JsonObject *object;

  if (!JSON_NODE_HOLDS_OBJECT (node))
    return dnn_set_format_error (
        name, error,
        "tensor '%s': must be an object of dtype, shape and "
        "data_offsets",
        entry->name);

  object = json_node_get_object (node);
  if (!parse_dtype (name, entry, object, error) ||
      !parse_numbers (name, entry, object, "shape", DNN_MAX_DIMS,
                      &entry->tensor.shape, error) ||
      !parse_numbers (name, entry, object, "data_offsets", 2, &offsets, error))
    return false;

  if (offsets.n_dims != 2)
    return dnn_set_format_error (
        name, error, "tensor '%s': data_offsets must be 2 numbers, not '%u'",
        entry->name, offsets.n_dims);
  return check_offsets (name, entry, offsets.dims, size, error);
}

static bool
parse_members (DnnSafetensors *self, const char *name, JsonObject *root,
               size_t size, GError **error)
{
  JsonObjectIter iter;
  const char *key;
  JsonNode *node;

  json_object_iter_init_ordered (&iter, root);
  while (json_object_iter_next_ordered (&iter, &key, &node)) {
    DnnSafetensorsEntry *entry;

    if (strcmp (key, "__metadata__") == 0) {
      if (!parse_metadata (self, name, node, error))
        return false;
      continue;
    }

    entry = dnn_safetensors_append (self, key);
    if (!parse_tensor (name, entry, node, size, error))
      return false;
  }
  return true;
}

static int
compare_offsets (const void *a, const void *b)
{
  const DnnSafetensorsEntry *x = *(DnnSafetensorsEntry *const *) a,
                            *y = *(DnnSafetensorsEntry *const *) b;

  if (x->begin != y->begin)
    return x->begin < y->begin ? -1 : 1;
  return (x->end > y->end) - (x->end < y->end);
}

/* Sorts the tensors by their data, which must be all of `size` bytes. */
static bool
check_cover (DnnSafetensors *self, const char *name, size_t size,
             GError **error)
{
  size_t at = 0;

  /* glib's sort is stable: empty tensors stay in the order of the header */
  g_ptr_array_sort (self->entries, compare_offsets);
  for (uint32_t i = 0; i < self->entries->len; i++) {
    const DnnSafetensorsEntry *entry = g_ptr_array_index (self->entries, i);

    if (entry->begin != at)
      return dnn_set_format_error (
          name, error,
          "tensor '%s': its data must start at %zu, where those "
          "before end, not at '%zu' (%s)",
          entry->name, at, entry->begin,
          entry->begin < at ? "overlap" : "hole");
    at = entry->end;
  }
  return at == size ||
         dnn_set_format_error (
             name, error,
             "its tensors end at byte '%zu' of the data, but there are %zu", at,
             size);
}

/* Points each tensor at its data, or at a copy that is aligned. */
static bool
place_data (DnnSafetensors *self, const char *name, const uint8_t *data,
            GError **error)
{
  for (uint32_t i = 0; i < self->entries->len; i++) {
    DnnSafetensorsEntry *entry = g_ptr_array_index (self->entries, i);
    const uint8_t *start = data + entry->begin;
    const size_t n = entry->end - entry->begin;

    entry->tensor.data = start;
    if ((uintptr_t) start % dnn_dtype_size (entry->tensor.dtype) == 0)
      continue;

    entry->copy = dnn_memory_new (n, error);
    if (entry->copy == NULL) {
      g_prefix_error (error, "%s: tensor '%s': ", name, entry->name);
      return false;
    }
    memcpy (entry->copy, start, n);
    entry->tensor.data = entry->copy;
  }
  return true;
}

static bool
find_header (const char *name, const uint8_t *data, size_t size,
             size_t *ret_length, GError **error)
{
  uint64_t length;

  if (size < 8)
    return dnn_set_format_error (
        name, error,
        "must start with a header length of 8 bytes, but has '%zu'", size);

  memcpy (&length, data, sizeof length);
  length = GUINT64_FROM_LE (length);
  /* A text file, say: eight letters make a very large number. */
  if (length > (uint64_t) 1 << 48)
    return dnn_set_format_error (name, error, "it is no safetensors file");
  if (length > DNN_SAFETENSORS_HEADER_LIMIT)
    return dnn_set_format_error (
        name, error,
        "header must be at most %d bytes, not '%" G_GUINT64_FORMAT "'",
        DNN_SAFETENSORS_HEADER_LIMIT, length);
  if (length > size - 8)
    return dnn_set_format_error (
        name, error,
        "ends after '%zu' bytes, within its header of %" G_GUINT64_FORMAT, size,
        length + 8);

  *ret_length = (size_t) length;
  return true;
}

DnnSafetensors *
dnn_safetensors_parse (const char *name, GBytes *bytes, GError **error)
{
  g_autoptr (DnnSafetensors) self = NULL;
  g_autoptr (JsonParser) parser = NULL;
  const uint8_t *data;
  JsonObject *root;
  size_t size, length = 0;

  g_return_val_if_fail (name != NULL && bytes != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  data = g_bytes_get_data (bytes, &size);
  if (!find_header (name, data, size, &length, error))
    return NULL;

  parser = json_parser_new ();
  if (!parse_json (name, parser, (const char *) data + 8, length, error))
    return NULL;

  self = dnn_safetensors_new ();
  self->bytes = g_bytes_ref (bytes);
  root = json_node_get_object (json_parser_get_root (parser));
  size -= 8 + length;
  if (!parse_members (self, name, root, size, error) ||
      !check_cover (self, name, size, error) ||
      !place_data (self, name, data + 8 + length, error))
    return NULL;
  return g_steal_pointer (&self);
}

DnnSafetensors *
dnn_safetensors_read (const char *path, GError **error)
{
  g_autoptr (GBytes) bytes = dnn_file_read (path, error);

  return bytes != NULL ? dnn_safetensors_parse (path, bytes, error) : NULL;
}
