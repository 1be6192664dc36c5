/* dnn-safetensors.c - named tensors in memory, and writing them */
#include "dnn-safetensors-private.h"
#include "dnn-shape.h"

#include "dnn-array.h"
#include "dnn-file.h"
#include "dnn-memory.h"

#include <string.h>

static const struct {
  const char *name;
  DnnDtype dtype;
} dtypes[] = {
  { "F64", DNN_FLOAT64 }, { "F32", DNN_FLOAT32 }, { "F16", DNN_FLOAT16 },
  { "I64", DNN_INT64 },   { "I32", DNN_INT32 },   { "I16", DNN_INT16 },
  { "I8", DNN_INT8 },     { "U8", DNN_UINT8 },    { "U16", DNN_UINT16 },
  { "U32", DNN_UINT32 },  { "U64", DNN_UINT64 },  { "BOOL", DNN_BOOL8 },
};

const char *
dnn_safetensors_dtype_code (DnnDtype dtype)
{
  for (size_t i = 0; i < G_N_ELEMENTS (dtypes); i++)
    if (dtypes[i].dtype == dtype)
      return dtypes[i].name;
  g_return_val_if_reached (NULL);
}

bool
dnn_safetensors_find_dtype (const char *code, DnnDtype *ret_dtype)
{
  for (size_t i = 0; i < G_N_ELEMENTS (dtypes); i++)
    if (strcmp (dtypes[i].name, code) == 0) {
      *ret_dtype = dtypes[i].dtype;
      return true;
    }
  return false;
}

static void
entry_free (void *data)
{
  DnnSafetensorsEntry *self = data;

  dnn_memory_free (self->copy);
  g_free (self->name);
  g_free (self);
}

DnnSafetensors *
dnn_safetensors_new (void)
{
  DnnSafetensors *self = g_new0 (DnnSafetensors, 1);

  self->entries = g_ptr_array_new_with_free_func (entry_free);
  self->by_name = g_hash_table_new (g_str_hash, g_str_equal);
  self->metadata = json_object_new ();
  return self;
}

void
dnn_safetensors_free (DnnSafetensors *self)
{
  if (self == NULL)
    return;

  g_clear_pointer (&self->bytes, g_bytes_unref);
  json_object_unref (self->metadata);
  g_hash_table_unref (self->by_name);
  g_ptr_array_unref (self->entries);
  g_free (self);
}

DnnSafetensorsEntry *
dnn_safetensors_append (DnnSafetensors *self, const char *name)
{
  DnnSafetensorsEntry *entry = g_new0 (DnnSafetensorsEntry, 1);

  entry->name = g_strdup (name);
  entry->tensor.name = entry->name;
  g_ptr_array_add (self->entries, entry);
  g_hash_table_insert (self->by_name, entry->name, entry);
  return entry;
}

void
dnn_safetensors_add (DnnSafetensors *self, const DnnNamedTensor *tensor)
{
  DnnSafetensorsEntry *entry;
  int64_t n;

  g_return_if_fail (self != NULL && tensor != NULL && tensor->name != NULL);
  g_return_if_fail (!g_hash_table_contains (self->by_name, tensor->name));
  g_return_if_fail (strcmp (tensor->name, "__metadata__") != 0);
  g_return_if_fail (dnn_shape_count (&tensor->shape, &n));
  g_return_if_fail (tensor->data != NULL || n == 0);

  entry = dnn_safetensors_append (self, tensor->name);
  entry->tensor = *tensor;
  entry->tensor.name = entry->name;
}

void
dnn_safetensors_add_tensor (DnnSafetensors *self, const char *name,
                            const DnnTensor *tensor)
{
  DnnNamedTensor named = { name, (DnnDtype) tensor->dtype,
                           dnn_shape_of (tensor), tensor->data };

  dnn_safetensors_add (self, &named);
}

void
dnn_safetensors_add_floats (DnnSafetensors *self, const char *name,
                            const DnnShape *shape, const void *data)
{
  DnnNamedTensor tensor = { name, DNN_FLOAT32, *shape, data };

  dnn_safetensors_add (self, &tensor);
}

void
dnn_safetensors_set_metadata (DnnSafetensors *self, const char *key,
                              const char *value)
{
  g_return_if_fail (self != NULL && key != NULL && value != NULL);

  json_object_set_string_member (self->metadata, key, value);
}

const char *
dnn_safetensors_get_metadata (const DnnSafetensors *self, const char *key)
{
  g_return_val_if_fail (self != NULL && key != NULL, NULL);

  return json_object_get_string_member_with_default (self->metadata, key, NULL);
}

size_t
dnn_safetensors_count (const DnnSafetensors *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->entries->len;
}

const DnnNamedTensor *
dnn_safetensors_at (const DnnSafetensors *self, size_t i)
{
  const DnnSafetensorsEntry *entry;

  g_return_val_if_fail (self != NULL && i < self->entries->len, NULL);

  entry = g_ptr_array_index (self->entries, i);
  return &entry->tensor;
}

const DnnNamedTensor *
dnn_safetensors_find (const DnnSafetensors *self, const char *name)
{
  const DnnSafetensorsEntry *entry;

  g_return_val_if_fail (self != NULL && name != NULL, NULL);

  entry = g_hash_table_lookup (self->by_name, name);
  return entry != NULL ? &entry->tensor : NULL;
}

bool
dnn_safetensors_copy (const DnnSafetensors *self, const DnnNamedTensor *like,
                      void *to, GError **error)
{
  const DnnNamedTensor *from = dnn_safetensors_find (self, like->name);
  int64_t n = 0;

  if (from == NULL || from->dtype != like->dtype ||
      !dnn_shape_equal (&from->shape, &like->shape)) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_FORMAT,
                 "tensor '%s' is missing or of another shape", like->name);
    return false;
  }
  dnn_shape_count (&like->shape, &n);
  if (n > 0)
    memcpy (to, from->data, (size_t) n * dnn_dtype_size (like->dtype));
  return true;
}

static size_t
data_size (const DnnNamedTensor *tensor)
{
  int64_t n = 0;

  dnn_shape_count (&tensor->shape, &n);
  return (size_t) n * dnn_dtype_size (tensor->dtype);
}

/* By hand: json-glib leaves the control character 0x1f as it is. */
static bool
append_string (GString *json, const char *path, const char *text,
               GError **error)
{
  if (!g_utf8_validate (text, -1, NULL)) {
    g_autofree char *shown = g_utf8_make_valid (text, -1);

    g_set_error (error, DNN_ERROR, DNN_ERROR_FORMAT,
                 "%s: names and metadata must be UTF-8, not '%s'", path, shown);
    return false;
  }

  g_string_append_c (json, '"');
  for (const char *c = text; *c != '\0'; c++)
    if (*c == '"' || *c == '\\')
      g_string_append_printf (json, "\\%c", *c);
    else if (*c == '\n')
      g_string_append (json, "\\n");
    else if ((unsigned char) *c < 0x20)
      g_string_append_printf (json, "\\u%04x", (unsigned) *c);
    else
      g_string_append_c (json, *c);
  g_string_append_c (json, '"');
  return true;
}

/* "__metadata__":{"key":"text", ...}, or nothing where there is none. */
static bool
append_metadata (GString *json, const char *path, JsonObject *metadata,
                 GError **error)
{
  JsonObjectIter iter;
  const char *key;
  JsonNode *value;
  const char *before = "\"__metadata__\":{";

  if (json_object_get_size (metadata) == 0)
    return true;

  json_object_iter_init_ordered (&iter, metadata);
  while (json_object_iter_next_ordered (&iter, &key, &value)) {
    g_string_append (json, before);
    before = ",";
    if (!append_string (json, path, key, error))
      return false;
    g_string_append_c (json, ':');
    if (!append_string (json, path, json_node_get_string (value), error))
      return false;
  }
  g_string_append_c (json, '}');
  return true;
}

/* "name":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]} */
static bool
append_tensor (GString *json, const char *path, const DnnNamedTensor *tensor,
               size_t begin, GError **error)
{
  if (!append_string (json, path, tensor->name, error))
    return false;

  g_string_append_printf (json, ":{\"dtype\":\"%s\",\"shape\":[",
                          dnn_safetensors_dtype_code (tensor->dtype));
  for (uint32_t i = 0; i < tensor->shape.n_dims; i++)
    g_string_append_printf (json, "%s%" G_GINT64_FORMAT, i > 0 ? "," : "",
                            tensor->shape.dims[i]);
  g_string_append_printf (json, "],\"data_offsets\":[%zu,%zu]}", begin,
                          begin + data_size (tensor));
  return true;
}

/* Padded so that the data start at a multiple of 8; NULL on failure. */
static GString *
make_header (const DnnSafetensors *self, const char *path, GError **error)
{
  g_autoptr (GString) json = g_string_new ("{");
  size_t begin = 0;

  if (!append_metadata (json, path, self->metadata, error))
    return NULL;

  for (uint32_t i = 0; i < self->entries->len; i++) {
    const DnnSafetensorsEntry *entry = g_ptr_array_index (self->entries, i);

    if (json->len > 1)
      g_string_append_c (json, ',');
    if (!append_tensor (json, path, &entry->tensor, begin, error))
      return NULL;
    begin += data_size (&entry->tensor);
  }
  g_string_append_c (json, '}');
  while (json->len % 8 != 0)
    g_string_append_c (json, ' ');

  if (json->len > DNN_SAFETENSORS_HEADER_LIMIT) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_FORMAT,
                 "%s: header must be at most %d bytes, not '%zu'", path,
                 DNN_SAFETENSORS_HEADER_LIMIT, json->len);
    return NULL;
  }
  return g_steal_pointer (&json);
}

DnnFile *
dnn_safetensors_stage (const DnnSafetensors *self, const char *path,
                       GError **error)
{
  g_autoptr (GString) header = NULL;
  g_autoptr (DnnFile) file = NULL;
  uint64_t length;

  g_return_val_if_fail (self != NULL && path != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  header = make_header (self, path, error);
  if (header == NULL)
    return NULL;

  length = GUINT64_TO_LE ((uint64_t) header->len);
  file = dnn_file_open (path, error);
  if (file == NULL || !dnn_file_write (file, &length, sizeof length, error) ||
      !dnn_file_write (file, header->str, header->len, error))
    return NULL;

  for (uint32_t i = 0; i < self->entries->len; i++) {
    const DnnSafetensorsEntry *entry = g_ptr_array_index (self->entries, i);

    if (!dnn_file_write (file, entry->tensor.data, data_size (&entry->tensor),
                         error))
      return NULL;
  }
  return g_steal_pointer (&file);
}

bool
dnn_safetensors_write (const DnnSafetensors *self, const char *path,
                       GError **error)
{
  g_autoptr (DnnFile) file = dnn_safetensors_stage (self, path, error);

  return file != NULL && dnn_file_commit (file, error);
}
