/* dnn-keras-file.c - .keras archives and HDF5 files, told apart and opened */
#include "dnn-keras-file-private.h"

#include "dnn-archive.h"
#include "dnn-file.h"
#include "dnn-json.h"

#include <string.h>

/* Members of a .keras archive; others are vocabularies, for layers that are not
 * read. */
#define METADATA        "metadata.json"
#define CONFIG          "config.json"
#define WEIGHTS         "model.weights.h5"
#define PICKLED_WEIGHTS "model.weights.npz"

static void
free_entry (void *entry)
{
  dnn_keras_entry_free (entry);
}

/* --- opening ------------------------------------------------------------- */

/* Hands the member's text to `read`. */
static bool
read_text (DnnKerasFile *self, DnnArchive *zip, const char *member,
           bool (*read) (DnnKerasFile *self, const char *place,
                         const char *text, size_t n, GError **error),
           GError **error)
{
  g_autoptr (GBytes) bytes = dnn_archive_member (zip, member, NULL, error);
  const char *text;
  gsize n;

  if (bytes == NULL)
    return false;
  text = g_bytes_get_data (bytes, &n);
  return read (self, member, text, n, error);
}

static bool
read_archive (DnnKerasFile *self, GBytes *bytes, GError **error)
{
  g_autoptr (DnnArchive) zip = dnn_archive_parse (self->name, bytes, error);
  g_autofree char *name = g_strdup_printf ("%s:" WEIGHTS, self->name);
  g_autoptr (GBytes) weights = NULL;

  if (zip == NULL || !dnn_archive_check_names (zip, error))
    return false;
  if (!dnn_archive_has (zip, CONFIG))
    return dnn_set_format_error (
        self->name, error, "is no .keras archive: it has no '" CONFIG "'");
  if (!dnn_archive_has (zip, WEIGHTS) && dnn_archive_has (zip, PICKLED_WEIGHTS))
    return dnn_set_format_error (self->name, error,
                                 "its weights are pickled, '" PICKLED_WEIGHTS
                                 "', which is not read; save them in '" WEIGHTS
                                 "'");
  if (!read_text (self, zip, METADATA, dnn_keras_read_metadata, error) ||
      !read_text (self, zip, CONFIG, dnn_keras_read_model, error))
    return false;
  weights = dnn_archive_member (zip, WEIGHTS, name, error);
  if (weights == NULL)
    return false;
  self->hdf5 = dnn_hdf5_parse (name, weights, error);
  if (self->hdf5 == NULL || !dnn_keras_read_groups (self, error))
    return false;
  return self->form == DNN_KERAS_3 ||
         dnn_set_format_error (self->name, error,
                               "'" WEIGHTS
                               "' must be of Keras 3, not a legacy file");
}

/* The text attribute of the root, where there is one. */
static bool
try_text (DnnKerasFile *self, const char *key, char **ret_text, GError **error)
{
  const DnnHdf5Node *root = dnn_hdf5_find (self->hdf5, "");
  const DnnHdf5Node *model = dnn_hdf5_find (self->hdf5, "model_weights");

  if (!dnn_hdf5_has_attribute (self->hdf5, root, key) && model != NULL)
    root = model;
  if (!dnn_hdf5_has_attribute (self->hdf5, root, key))
    return true;
  *ret_text = dnn_hdf5_get_text (self->hdf5, root, key, error);
  return *ret_text != NULL;
}

static bool
read_hdf5 (DnnKerasFile *self, GBytes *bytes, GError **error)
{
  g_autofree char *model = NULL;

  self->hdf5 = dnn_hdf5_parse (self->name, bytes, error);
  if (self->hdf5 == NULL || !dnn_keras_read_groups (self, error) ||
      !try_text (self, "keras_version", &self->version, error) ||
      !try_text (self, "model_config", &model, error))
    return false;
  if (self->form == DNN_KERAS_3 && (self->entries->len == 0 || model != NULL))
    return dnn_set_format_error (
        self->name, error,
        "is no file of Keras: it has neither 'layer_names' "
        "nor weights in groups 'vars' alone");
  return model == NULL || dnn_keras_read_model (self, "model_config", model,
                                                strlen (model), error);
}

DnnKerasFile *
dnn_keras_file_parse (const char *name, GBytes *bytes, GError **error)
{
  g_autoptr (DnnKerasFile) self = NULL;
  const char *data;
  gsize n;

  g_return_val_if_fail (name != NULL && bytes != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  self = g_new0 (DnnKerasFile, 1);
  self->name = g_strdup (name);
  self->entries = g_ptr_array_new_with_free_func (free_entry);
  self->by_name = g_hash_table_new (g_str_hash, g_str_equal);
  data = g_bytes_get_data (bytes, &n);
  return (n >= 2 && memcmp (data, "PK", 2) == 0
              ? read_archive (self, bytes, error)
              : read_hdf5 (self, bytes, error))
             ? g_steal_pointer (&self)
             : NULL;
}

DnnKerasFile *
dnn_keras_file_read (const char *path, GError **error)
{
  g_autoptr (GBytes) bytes = dnn_file_read (path, error);

  return bytes != NULL ? dnn_keras_file_parse (path, bytes, error) : NULL;
}

void
dnn_keras_file_free (DnnKerasFile *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->by_name);
  g_ptr_array_unref (self->entries);
  dnn_hdf5_free (self->hdf5);
  g_clear_pointer (&self->model, json_object_unref);
  g_free (self->version);
  g_free (self->name);
  g_free (self);
}

/* --- reading it ---------------------------------------------------------- */

DnnKerasForm
dnn_keras_file_form (const DnnKerasFile *self)
{
  return self->form;
}

const char *
dnn_keras_file_version (const DnnKerasFile *self)
{
  return self->version;
}

JsonObject *
dnn_keras_file_model (const DnnKerasFile *self)
{
  return self->model;
}

JsonArray *
dnn_keras_file_layers (const DnnKerasFile *self)
{
  return self->model != NULL
             ? dnn_json_array (dnn_json_object (self->model, "config"),
                               "layers")
             : NULL;
}

size_t
dnn_keras_file_count (const DnnKerasFile *self)
{
  return self->entries->len;
}

const DnnKerasGroup *
dnn_keras_file_at (const DnnKerasFile *self, size_t i)
{
  const DnnKerasEntry *entry = g_ptr_array_index (self->entries, i);

  return &entry->group;
}

const DnnKerasGroup *
dnn_keras_file_find (const DnnKerasFile *self, const char *name)
{
  const DnnKerasEntry *entry = g_hash_table_lookup (self->by_name, name);

  return entry != NULL ? &entry->group : NULL;
}

const DnnNamedTensor *
dnn_keras_group_find (const DnnKerasGroup *self, const char *weight)
{
  for (size_t i = 0; i < self->n_weights; i++)
    if (strcmp (self->weights[i].name, weight) == 0)
      return &self->weights[i];
  return NULL;
}

size_t
dnn_keras_file_n_optimizer (const DnnKerasFile *self)
{
  return self->n_optimizer;
}
