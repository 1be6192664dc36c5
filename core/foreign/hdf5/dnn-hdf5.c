/* dnn-hdf5.c - superblock and tree of an HDF5 file
 *
 * Nodes are read in the order in which links to them are found, without
 * recursion.  Nothing is asked of a file twice: an object header with a second
 * link to it, which may be a cycle, is refused, and the steps that may be taken
 * grow with the size of the file.
 */
#include "dnn-hdf5-private.h"

#include "dnn-file.h"
#include "dnn-memory.h"

/* Steps for the smallest of files; a step is some ten nanoseconds. */
#define WORK 4000000

/* --- the superblock (II) ------------------------------------------------- */

/* Sizes of offsets and lengths, and the base that all addresses count from. */
static bool
check_sizes (const DnnHdf5 *self, uint64_t offsets, uint64_t lengths,
             uint64_t base, GError **error)
{
  if (offsets != 8 || lengths != 8)
    return dnn_hdf5_fail (self, error,
                          "its addresses and lengths must have 8 bytes, not "
                          "'%u' and '%u'",
                          (unsigned) offsets, (unsigned) lengths);
  return base == 0 || dnn_hdf5_fail (self, error,
                                     "its base address must be 0, not "
                                     "'%" G_GUINT64_FORMAT "'",
                                     base);
}

static bool
check_end (const DnnHdf5 *self, uint64_t end, GError **error)
{
  return end <= self->size ||
         dnn_hdf5_fail (self, error,
                        "is cut short: it must have '%" G_GUINT64_FORMAT
                        "' bytes, and has %zu",
                        end, self->size);
}

static bool
read_superblock_0 (const DnnHdf5 *self, DnnHdf5Cursor at, uint64_t *ret_root,
                   GError **error)
{
  uint64_t offsets, lengths, base, end, root;

  dnn_hdf5_take (&at, 4); /* versions */
  offsets = dnn_hdf5_number (&at, 1);
  lengths = dnn_hdf5_number (&at, 1);
  dnn_hdf5_take (&at, 1 + 2 + 2 + 4); /* sizes of tree nodes, flags */
  base = dnn_hdf5_number (&at, 8);
  dnn_hdf5_take (&at, 8); /* free space */
  end = dnn_hdf5_number (&at, 8);
  dnn_hdf5_take (&at, 8 + 8); /* driver, name of the root */
  root = dnn_hdf5_number (&at, 8);
  if (at.short_of)
    return dnn_hdf5_fail (self, error, "ends within its superblock");
  *ret_root = root;
  return check_sizes (self, offsets, lengths, base, error) &&
         check_end (self, end, error);
}

/* Versions 2 and 3, which differ in a flag. */
static bool
read_superblock_2 (const DnnHdf5 *self, DnnHdf5Cursor at, uint64_t *ret_root,
                   GError **error)
{
  uint64_t offsets, lengths, base, end, root;
  uint32_t sum;

  offsets = dnn_hdf5_number (&at, 1);
  lengths = dnn_hdf5_number (&at, 1);
  dnn_hdf5_take (&at, 1); /* flags */
  base = dnn_hdf5_number (&at, 8);
  dnn_hdf5_take (&at, 8); /* extension */
  end = dnn_hdf5_number (&at, 8);
  root = dnn_hdf5_number (&at, 8);
  sum = (uint32_t) dnn_hdf5_number (&at, 4);
  if (at.short_of)
    return dnn_hdf5_fail (self, error, "ends within its superblock");
  if (sum != dnn_hdf5_checksum (self->data, 44))
    return dnn_hdf5_fail (self, error,
                          "its superblock is broken: checksum '%08x'", sum);
  *ret_root = root;
  return check_sizes (self, offsets, lengths, base, error) &&
         check_end (self, end, error);
}

static bool
read_superblock (const DnnHdf5 *self, uint64_t *ret_root, GError **error)
{
  DnnHdf5Cursor at = { self->data, self->data + self->size, false };
  const uint8_t *signature = dnn_hdf5_take (&at, 8);
  const unsigned version = (unsigned) dnn_hdf5_number (&at, 1);

  if (signature == NULL || memcmp (signature, "\x89HDF\r\n\x1a\n", 8) != 0)
    return dnn_hdf5_fail (self, error, "it is no HDF5 file");
  if (at.short_of)
    return dnn_hdf5_fail (self, error, "ends within its superblock");
  if (version == 0)
    return read_superblock_0 (self, at, ret_root, error);
  if (version == 2 || version == 3)
    return read_superblock_2 (self, at, ret_root, error);
  return dnn_hdf5_fail (self, error,
                        "its superblock must have version 0, 2 or 3, not '%u'",
                        version);
}

/* --- the tree ------------------------------------------------------------ */

/* Attributes and links; the rest belongs to datasets. */
static bool
read_message (DnnHdf5 *self, DnnHdf5Entry *entry, const DnnHdf5Message *message,
              GError **error)
{
  switch (message->type) {
  case DNN_HDF5_ATTRIBUTE:
    return dnn_hdf5_note_attribute (self, &entry->node, message->body, error);
  case DNN_HDF5_SYMBOL_TABLE:
    return dnn_hdf5_read_symbols (self, message->body, entry, error);
  case DNN_HDF5_LINK:
    return dnn_hdf5_read_link (self, message->body, entry, error);
  case DNN_HDF5_LINK_INFO:
  case DNN_HDF5_ATTRIBUTE_INFO:
    return dnn_hdf5_check_info (self, message, error);
  default:
    return true;
  }
}

static bool
has_message (const GArray *messages, DnnHdf5Type type)
{
  for (guint i = 0; i < messages->len; i++)
    if (g_array_index (messages, DnnHdf5Message, i).type == type)
      return true;
  return false;
}

static bool
read_entry (DnnHdf5 *self, DnnHdf5Entry *entry, GError **error)
{
  g_autoptr (GArray) messages = NULL;

  self->place = entry->path;
  messages = dnn_hdf5_read_header (self, entry->address, error);
  if (messages == NULL)
    return false;
  entry->node.is_group = !has_message (messages, DNN_HDF5_LAYOUT);
  if (entry->node.is_group && (has_message (messages, DNN_HDF5_DATATYPE) ||
                               has_message (messages, DNN_HDF5_DATASPACE)))
    return dnn_hdf5_fail (self, error,
                          "must be a group or a dataset with a layout; named "
                          "datatypes are not read");
  entry->children = g_ptr_array_new ();
  entry->node.children = entry->children;
  for (guint i = 0; i < messages->len; i++)
    if (!read_message (self, entry,
                       &g_array_index (messages, DnnHdf5Message, i), error))
      return false;
  if (entry->node.is_group)
    return true;
  return entry->children->len == 0
             ? dnn_hdf5_read_dataset (self, messages, entry, error)
             : dnn_hdf5_fail (self, error, "is a dataset and has links");
}

static bool
read_tree (DnnHdf5 *self, GError **error)
{
  uint64_t root = 0;

  if (!read_superblock (self, &root, error) ||
      !dnn_hdf5_add_entry (self, NULL, g_strdup (""), root, error))
    return false;
  /* grows while it is gone through */
  for (guint i = 0; i < self->entries->len; i++)
    if (!read_entry (self, g_ptr_array_index (self->entries, i), error))
      return false;
  self->place = "";
  return true;
}

DnnHdf5 *
dnn_hdf5_parse (const char *name, GBytes *bytes, GError **error)
{
  g_autoptr (DnnHdf5) self = NULL;

  g_return_val_if_fail (name != NULL && bytes != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  self = g_new0 (DnnHdf5, 1);
  self->name = g_strdup (name);
  self->bytes = g_bytes_ref (bytes);
  self->data = g_bytes_get_data (bytes, &self->size);
  if (self->data == NULL)
    self->data = (const uint8_t *) ""; /* of no bytes */
  self->entries = dnn_hdf5_entries_new ();
  self->by_path = g_hash_table_new (g_str_hash, g_str_equal);
  self->seen =
      g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  self->attributes = dnn_hdf5_attributes_new ();
  self->copies = g_ptr_array_new_with_free_func (dnn_memory_free);
  self->place = "";
  self->work = WORK + self->size;
  return read_tree (self, error) ? g_steal_pointer (&self) : NULL;
}

DnnHdf5 *
dnn_hdf5_read (const char *path, GError **error)
{
  g_autoptr (GBytes) bytes = dnn_file_read (path, error);

  return bytes != NULL ? dnn_hdf5_parse (path, bytes, error) : NULL;
}

void
dnn_hdf5_free (DnnHdf5 *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->copies);
  g_hash_table_unref (self->attributes);
  g_hash_table_unref (self->seen);
  g_hash_table_unref (self->by_path);
  g_ptr_array_unref (self->entries);
  g_bytes_unref (self->bytes);
  g_free (self->name);
  g_free (self);
}

const DnnHdf5Node *
dnn_hdf5_find (const DnnHdf5 *self, const char *path)
{
  const DnnHdf5Entry *entry = g_hash_table_lookup (self->by_path, path);

  return entry != NULL ? &entry->node : NULL;
}
