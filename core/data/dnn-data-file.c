/* dnn-data-file.c - tells the formats apart */
#include "dnn-data-file.h"

#include "dnn-csv.h"
#include "dnn-file.h"
#include "dnn-idx.h"
#include "dnn-npy.h"
#include "dnn-npz.h"

#include <string.h>

static const char *const names[] = { "auto", "idx", "npy", "npz", "csv" };

static const struct {
  const char *bytes;
  size_t n;
  DnnFormat format;
} magics[] = {
  { "\x93NUMPY", 6, DNN_FORMAT_NPY },
  { "PK\3\4", 4, DNN_FORMAT_NPZ },
  { "PK\5\6", 4, DNN_FORMAT_NPZ }, /* an archive of nothing */
  { "\0\0", 2, DNN_FORMAT_IDX },
};

void
dnn_data_file_free (DnnDataFile *self)
{
  if (self == NULL)
    return;
  g_bytes_unref (self->bytes);
  g_free (self->member);
  g_free (self->path);
  g_free (self);
}

/* True if the name, also with .gz, ends like that of a table.  What comes from
 * another program has no name. */
static bool
is_table (const char *path)
{
  static const char *const suffixes[] = { ".csv", ".tsv", ".txt" };
  g_autofree char *name = g_ascii_strdown (path, -1);

  if (g_str_has_suffix (name, ".gz"))
    name[strlen (name) - strlen (".gz")] = '\0';
  for (size_t i = 0; i < G_N_ELEMENTS (suffixes); i++)
    if (g_str_has_suffix (name, suffixes[i]))
      return true;
  return g_str_has_prefix (path, "/dev/");
}

bool
dnn_data_file_may_hold_both (const char *path, DnnFormat format)
{
  if (format == DNN_FORMAT_AUTO)
    return is_table (path) || g_str_has_suffix (path, ".npz");
  return format == DNN_FORMAT_CSV ||
         (format == DNN_FORMAT_NPZ && strstr (path, ".npz:") == NULL);
}

/* --- opening ------------------------------------------------------------- */

static bool
find_format (DnnDataFile *self, DnnFormat wanted, GError **error)
{
  size_t size;
  const uint8_t *data = g_bytes_get_data (self->bytes, &size);

  for (size_t i = 0; i < G_N_ELEMENTS (magics); i++)
    if (size >= magics[i].n &&
        memcmp (data, magics[i].bytes, magics[i].n) == 0) {
      self->format = magics[i].format;
      return true;
    }
  if (wanted == DNN_FORMAT_CSV ||
      (wanted == DNN_FORMAT_AUTO && is_table (self->path))) {
    self->format = DNN_FORMAT_CSV;
    return true;
  }

  if (size == 0)
    g_set_error (error, DNN_ERROR, DNN_ERROR_FORMAT,
                 "%s: is empty; an IDX (also .gz), .npy, .npz or CSV file "
                 "would be read",
                 self->path);
  else
    g_set_error (error, DNN_ERROR, DNN_ERROR_FORMAT,
                 "%s: starts with the byte '0x%02x'; an IDX (also .gz), .npy "
                 "or .npz file would be read, or a CSV file whose name ends "
                 "in .csv",
                 self->path, data[0]);
  return false;
}

static bool
unpack (DnnDataFile *self, GError **error)
{
  size_t size;
  const uint8_t *data = g_bytes_get_data (self->bytes, &size);
  GBytes *inflated;

  if (size < 2 || data[0] != 0x1f || data[1] != 0x8b)
    return true;
  inflated = dnn_file_inflate (self->path, self->bytes, error);
  if (inflated == NULL)
    return false;
  g_bytes_unref (self->bytes);
  self->bytes = inflated;
  self->mapped = false;
  return true;
}

DnnDataFile *
dnn_data_file_open (const char *path, DnnFormat format, GError **error)
{
  g_autoptr (DnnDataFile) self = g_new0 (DnnDataFile, 1);
  const char *member = NULL;

  g_return_val_if_fail (path != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  self->path = dnn_npz_split_path (path, &member);
  self->member = g_strdup (member);
  if (self->path == NULL)
    self->path = g_strdup (path);
  self->bytes = dnn_file_read (self->path, error);
  if (self->bytes == NULL)
    return NULL;
  self->mapped = true;
  if (!unpack (self, error) || !find_format (self, format, error))
    return NULL;
  if (format != DNN_FORMAT_AUTO && format != self->format) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_FORMAT,
                 "%s: format says '%s', and this file is %s", self->path,
                 names[format], names[self->format]);
    return NULL;
  }
  return g_steal_pointer (&self);
}

/* --- arrays -------------------------------------------------------------- */

/* True if the array's elements are those in the file, not copies. */
static bool
lies_in (const DnnArray *array, GBytes *bytes)
{
  size_t size, n = g_bytes_get_size (array->bytes);
  const uintptr_t start = (uintptr_t) g_bytes_get_data (bytes, &size);
  const uintptr_t at = (uintptr_t) array->data;

  return n > 0 && at >= start && at + n <= start + size;
}

DnnArray *
dnn_data_file_array (const DnnDataFile *self, const char *const *likely,
                     GError **error)
{
  DnnArray *array;

  switch (self->format) {
  case DNN_FORMAT_NPY:
    array = dnn_npy_parse (self->path, self->bytes, error);
    break;
  case DNN_FORMAT_NPZ:
    return dnn_npz_parse (self->path, self->bytes, self->member, likely, error);
  case DNN_FORMAT_IDX:
    array = dnn_idx_parse (self->path, self->bytes, error);
    break;
  default:
    g_return_val_if_reached (NULL);
  }
  if (array != NULL)
    array->mapped = self->mapped && lies_in (array, self->bytes);
  return array;
}

DnnArray *
dnn_data_file_load (const char *path, DnnFormat format, GError **error)
{
  static const char *const likely[] = { "x", "arr_0", NULL };
  g_autoptr (DnnDataFile) file = dnn_data_file_open (path, format, error);

  if (file == NULL)
    return NULL;
  if (file->format == DNN_FORMAT_CSV) {
    g_autoptr (DnnCsv) table = NULL;
    DnnCsvOptions options = { .part = DNN_CSV_INPUTS };

    table = dnn_csv_parse (file->path, file->bytes, &options, error);
    return table != NULL ? g_steal_pointer (&table->inputs) : NULL;
  }
  return dnn_data_file_array (file, likely, error);
}

DnnArray *
dnn_array_load (const char *path, GError **error)
{
  return dnn_data_file_load (path, DNN_FORMAT_AUTO, error);
}
