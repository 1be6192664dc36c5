/* hdf5-entry.c - nodes of the tree, each with one link to it */
#include "dnn-hdf5-private.h"

static void
free_entry (void *data)
{
  DnnHdf5Entry *entry = data;

  g_clear_pointer (&entry->children, g_ptr_array_unref);
  g_free (entry->path);
  g_free (entry);
}

GPtrArray *
dnn_hdf5_entries_new (void)
{
  return g_ptr_array_new_with_free_func (free_entry);
}

bool
dnn_hdf5_add_entry (DnnHdf5 *self, DnnHdf5Entry *parent, char *path,
                    uint64_t address, GError **error)
{
  DnnHdf5Entry *entry = g_new0 (DnnHdf5Entry, 1);
  const char *slash = strrchr (path, '/');

  entry->path = path;
  entry->node.path = path;
  entry->node.name = slash != NULL ? slash + 1 : path;
  entry->address = address;
  entry->depth = parent != NULL ? parent->depth + 1 : 0;
  g_ptr_array_add (self->entries, entry);
  if (parent != NULL)
    g_ptr_array_add (parent->children, &entry->node);

  if (!g_hash_table_add (self->seen, g_memdup2 (&address, sizeof address)))
    return dnn_hdf5_fail (self, error,
                          "the link '%s' leads to an object that has another "
                          "link; hard links and cycles are not read",
                          entry->node.name);
  return g_hash_table_insert (self->by_path, path, entry) ||
         dnn_hdf5_fail (self, error, "has two links of the name '%s'",
                        entry->node.name);
}

bool
dnn_hdf5_add_link (DnnHdf5 *self, DnnHdf5Entry *group, const char *name,
                   size_t n, uint64_t address, GError **error)
{
  const size_t length = strlen (group->path);

  if (group->depth == DNN_HDF5_DEPTH_LIMIT)
    return dnn_hdf5_fail (self, error, "is nested deeper than '%d' groups",
                          DNN_HDF5_DEPTH_LIMIT);
  if (n == 0 || length + 1 + n > DNN_HDF5_PATH_LIMIT)
    return dnn_hdf5_fail (self, error,
                          "its link must have a name, and a path of at most %d "
                          "bytes, not '%zu'",
                          DNN_HDF5_PATH_LIMIT, length + 1 + n);
  if (!g_utf8_validate_len (name, n, NULL) || memchr (name, '/', n) != NULL)
    return dnn_hdf5_fail (self, error,
                          "the name of its link '%.*s' must be UTF-8 without "
                          "'/'",
                          (int) n, name);
  return dnn_hdf5_add_entry (
      self, group,
      length > 0 ? g_strdup_printf ("%s/%.*s", group->path, (int) n, name)
                 : g_strndup (name, n),
      address, error);
}
