/* dnn-hdf5-write.c - a tree is put together, placed, and written
 *
 * Superblock, object headers, heaps of long texts, then the numbers, all at
 * multiples of 8.
 */
#include "dnn-hdf5-write-private.h"

#include "dnn-array.h"
#include "dnn-file.h"
#include "dnn-memory.h"
#include "dnn-shape.h"

/* Takes the next n bytes of the file. */
typedef bool (*Sink) (void *sink, const void *data, size_t n, GError **error);

static void
free_text (void *data)
{
  DnnHdf5Text *text = data;

  g_strfreev (text->values);
  g_free (text->key);
  g_free (text);
}

static void
free_part (void *data)
{
  DnnHdf5Part *part = data;

  g_ptr_array_unref (part->texts);
  g_ptr_array_unref (part->children);
  g_free (part->path);
  g_free (part);
}

static DnnHdf5Part *
new_part (DnnHdf5Writer *self, DnnHdf5Part *parent, char *path, bool is_group)
{
  DnnHdf5Part *part = g_new0 (DnnHdf5Part, 1);
  const char *slash = strrchr (path, '/');

  part->path = path;
  part->name = slash != NULL ? slash + 1 : path;
  part->is_group = is_group;
  part->children = g_ptr_array_new ();
  part->texts = g_ptr_array_new_with_free_func (free_text);
  g_ptr_array_add (self->parts, part);
  g_hash_table_insert (self->by_path, part->path, part);
  if (parent != NULL)
    g_ptr_array_add (parent->children, part);
  return part;
}

DnnHdf5Writer *
dnn_hdf5_writer_new (void)
{
  DnnHdf5Writer *self = g_new0 (DnnHdf5Writer, 1);

  self->parts = g_ptr_array_new_with_free_func (free_part);
  self->by_path = g_hash_table_new (g_str_hash, g_str_equal);
  new_part (self, NULL, g_strdup (""), true);
  return self;
}

void
dnn_hdf5_writer_free (DnnHdf5Writer *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->by_path);
  g_ptr_array_unref (self->parts);
  g_free (self);
}

/* --- nodes --------------------------------------------------------------- */

static bool
fail_name (const char *path, const char *what, GError **error)
{
  g_set_error (error, DNN_ERROR, DNN_ERROR_NAME, "'%s': %s", path, what);
  return false;
}

static bool
check_path (const char *path, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (path, "/", -1);

  if (strlen (path) > DNN_HDF5_PATH_LIMIT)
    return fail_name (path, "a path must have at most 1024 bytes", error);
  if (g_strv_length (parts) > DNN_HDF5_DEPTH_LIMIT)
    return fail_name (path, "a path must have at most 64 parts", error);
  if (!g_utf8_validate (path, -1, NULL))
    return fail_name (path, "a path must be UTF-8", error);
  return !g_strv_contains ((const char *const *) parts, "") ||
         fail_name (path, "a path must not have empty parts", error);
}

/* The group at `path`, which is made where it is not there; NULL where a
 * dataset is in the way. */
static DnnHdf5Part *
make_group (DnnHdf5Writer *self, const char *path, GError **error)
{
  DnnHdf5Part *group = g_ptr_array_index (self->parts, 0);
  g_auto (GStrv) parts = g_strsplit (path, "/", -1);

  for (size_t i = 0; parts[i] != NULL; i++) {
    g_autofree char *at = i == 0
                              ? g_strdup (parts[0])
                              : g_strconcat (group->path, "/", parts[i], NULL);
    DnnHdf5Part *next = g_hash_table_lookup (self->by_path, at);

    if (next == NULL)
      next = new_part (self, group, g_steal_pointer (&at), true);
    if (!next->is_group) {
      fail_name (path, "a part of the path is a dataset", error);
      return NULL;
    }
    group = next;
  }
  return group;
}

bool
dnn_hdf5_writer_add_group (DnnHdf5Writer *self, const char *path,
                           GError **error)
{
  g_return_val_if_fail (error == NULL || *error == NULL, false);

  return check_path (path, error) && make_group (self, path, error) != NULL;
}

bool
dnn_hdf5_writer_add (DnnHdf5Writer *self, const DnnNamedTensor *tensor,
                     GError **error)
{
  const char *path = tensor->name, *slash = strrchr (path, '/');
  DnnHdf5Part *group = g_ptr_array_index (self->parts, 0), *part;
  int64_t n = 0;

  g_return_val_if_fail (error == NULL || *error == NULL, false);
  g_return_val_if_fail (dnn_shape_count (&tensor->shape, &n), false);

  if (g_hash_table_contains (self->by_path, path))
    return fail_name (path, "there is such a group or dataset already", error);
  if (!check_path (path, error))
    return false;
  if (slash != NULL) {
    g_autofree char *parent = g_strndup (path, (gsize) (slash - path));

    group = make_group (self, parent, error);
    if (group == NULL)
      return false;
  }
  part = new_part (self, group, g_strdup (path), false);
  part->tensor = *tensor;
  part->n_bytes = (uint64_t) n * dnn_dtype_size (tensor->dtype);
  return true;
}

/* --- attributes ---------------------------------------------------------- */

static DnnHdf5Part *
find_part (const DnnHdf5Writer *self, const char *path, GError **error)
{
  DnnHdf5Part *part = g_hash_table_lookup (self->by_path, path);

  if (part == NULL)
    fail_name (path, "there is no such group or dataset", error);
  return part;
}

/* Takes `values`, of which the first n count. */
static void
set_values (DnnHdf5Part *part, const char *key, char **values, bool is_list)
{
  DnnHdf5Text *text = g_new0 (DnnHdf5Text, 1);

  for (guint i = 0; i < part->texts->len; i++) {
    const DnnHdf5Text *other = g_ptr_array_index (part->texts, i);

    if (strcmp (other->key, key) == 0)
      g_ptr_array_remove_index (part->texts, i--);
  }
  text->key = g_strdup (key);
  text->values = values;
  text->is_list = is_list;
  text->width = 1;
  for (; values[text->n] != NULL; text->n++)
    text->width = MAX (text->width, strlen (values[text->n]));
  g_ptr_array_add (part->texts, text);
}

bool
dnn_hdf5_writer_set_text (DnnHdf5Writer *self, const char *path,
                          const char *key, const char *value, GError **error)
{
  DnnHdf5Part *part = find_part (self, path, error);
  char **values;

  if (part == NULL)
    return false;
  values = g_new0 (char *, 2);
  values[0] = g_strdup (value);
  set_values (part, key, values, false);
  return true;
}

/* How many texts from the first on fit into an attribute. */
static size_t
count_fitting (const char *const *values)
{
  size_t n = 0, width = 1;

  for (; values[n] != NULL; n++) {
    width = MAX (width, strlen (values[n]));
    if ((n + 1) * width > DNN_HDF5_TEXTS_LIMIT)
      break;
  }
  return n;
}

/* The first n of the list. */
static char **
copy_values (const char *const *values, size_t n)
{
  char **copy = g_new0 (char *, n + 1);

  for (size_t i = 0; i < n; i++)
    copy[i] = g_strdup (values[i]);
  return copy;
}

static bool
check_widths (const char *path, const char *key, const char *const *values,
              GError **error)
{
  for (size_t i = 0; values[i] != NULL; i++)
    if (strlen (values[i]) > DNN_HDF5_TEXTS_LIMIT) {
      g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
                   "'%s': attribute '%s': a text of a list must have at most "
                   "%d bytes, not '%zu'",
                   path, key, DNN_HDF5_TEXTS_LIMIT, strlen (values[i]));
      return false;
    }
  return true;
}

bool
dnn_hdf5_writer_set_texts (DnnHdf5Writer *self, const char *path,
                           const char *key, const char *const *values,
                           GError **error)
{
  DnnHdf5Part *part = find_part (self, path, error);
  size_t n = count_fitting (values);

  if (part == NULL || !check_widths (path, key, values, error))
    return false;
  if (values[n] == NULL) {
    set_values (part, key, copy_values (values, n), true);
    return true;
  }
  for (size_t i = 0; values[0] != NULL; i++, values += n) {
    g_autofree char *piece = g_strdup_printf ("%s%zu", key, i);

    n = count_fitting (values);
    set_values (part, piece, copy_values (values, n), true);
  }
  return true;
}

/* --- placing and writing ------------------------------------------------- */

static void
pad (GByteArray *out)
{
  static const uint8_t zeros[8];

  g_byte_array_append (out, zeros, (guint) ((8 - out->len % 8) % 8));
}

/* Headers and heaps in `out`, each at its place, which is noted in its
 * part; the numbers in them are right once all places are known. */
static void
encode (const DnnHdf5Writer *self, uint64_t end, GByteArray *out)
{
  const DnnHdf5Part *root = g_ptr_array_index (self->parts, 0);

  g_byte_array_set_size (out, 0);
  dnn_hdf5_encode_superblock (root->address, end, out);
  for (guint i = 0; i < self->parts->len; i++) {
    DnnHdf5Part *part = g_ptr_array_index (self->parts, i);

    pad (out);
    part->address = out->len;
    dnn_hdf5_encode_header (part, out);
    for (guint k = 0; k < part->texts->len; k++) {
      DnnHdf5Text *text = g_ptr_array_index (part->texts, k);

      if (!dnn_hdf5_needs_heap (text))
        continue;
      pad (out);
      text->address = out->len;
      dnn_hdf5_encode_heap (text, out);
    }
  }
  pad (out);
}

/* All but the numbers.  (transfer full) */
static GByteArray *
place (const DnnHdf5Writer *self, uint64_t *ret_end)
{
  GByteArray *head = g_byte_array_new ();
  uint64_t end;

  encode (self, 0, head);
  end = head->len;
  for (guint i = 0; i < self->parts->len; i++) {
    DnnHdf5Part *part = g_ptr_array_index (self->parts, i);

    part->data_address = end;
    end += (part->n_bytes + 7) / 8 * 8;
  }
  encode (self, end, head);
  *ret_end = end;
  return head;
}

static bool
emit (const DnnHdf5Writer *self, const GByteArray *head, Sink sink, void *out,
      GError **error)
{
  static const uint8_t zeros[8];

  if (!sink (out, head->data, head->len, error))
    return false;
  for (guint i = 0; i < self->parts->len; i++) {
    const DnnHdf5Part *part = g_ptr_array_index (self->parts, i);

    if (part->n_bytes > 0 &&
        (!sink (out, part->tensor.data, (size_t) part->n_bytes, error) ||
         !sink (out, zeros, (8 - part->n_bytes % 8) % 8, error)))
      return false;
  }
  return true;
}

/* `sink` is a pointer to the place in a block. */
static bool
copy (void *sink, const void *data, size_t n, GError **error)
{
  uint8_t **at = sink;

  (void) error;
  memcpy (*at, data, n);
  *at += n;
  return true;
}

static bool
write_file (void *sink, const void *data, size_t n, GError **error)
{
  return dnn_file_write (sink, data, n, error);
}

GBytes *
dnn_hdf5_writer_to_bytes (const DnnHdf5Writer *self, GError **error)
{
  g_autoptr (GByteArray) head = NULL;
  uint64_t end = 0;
  uint8_t *block, *at;

  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  head = place (self, &end);
  block = at = dnn_memory_new ((size_t) end, error);
  if (block == NULL)
    return NULL;
  emit (self, head, copy, &at, NULL);
  return g_bytes_new_with_free_func (block, (gsize) end, dnn_memory_free,
                                     block);
}

bool
dnn_hdf5_writer_write (const DnnHdf5Writer *self, const char *path,
                       GError **error)
{
  g_autoptr (DnnFile) file = NULL;
  g_autoptr (GByteArray) head = NULL;
  uint64_t end;

  g_return_val_if_fail (error == NULL || *error == NULL, false);

  file = dnn_file_open (path, error);
  if (file == NULL)
    return false;
  head = place (self, &end);
  return emit (self, head, write_file, file, error) &&
         dnn_file_commit (file, error);
}
