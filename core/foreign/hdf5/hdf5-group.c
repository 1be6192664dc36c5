/* hdf5-group.c - links of groups: symbol tables (III.A, B, D) and messages */
#include "dnn-hdf5-private.h"

enum { SOFT_CACHE = 2 };                    /* of a symbol table entry */
enum { HARD = 0, SOFT = 1, EXTERNAL = 64 }; /* link types (IV.A.2.g) */

typedef struct Group {
  DnnHdf5 *hdf5;
  DnnHdf5Entry *entry;
  DnnHdf5Cursor names; /* data of the local heap */
} Group;

static bool
refuse_link (DnnHdf5 *self, const char *kind, const char *name, size_t n,
             GError **error)
{
  return dnn_hdf5_fail (self, error,
                        "'%.*s' is %s link, which may lead anywhere and is not "
                        "read",
                        (int) n, name, kind);
}

/* Finds the names of an old group, in its local heap. */
static bool
read_heap (Group *self, uint64_t address, GError **error)
{
  DnnHdf5Cursor at;
  uint64_t n, data;

  if (!dnn_hdf5_at (self->hdf5, address, 32, "its local heap", &at, error))
    return false;
  if (!dnn_hdf5_signature (&at, "HEAP"))
    return dnn_hdf5_fail (self->hdf5, error,
                          "address '%" G_GUINT64_FORMAT
                          "' must hold a local heap, 'HEAP'",
                          address);
  dnn_hdf5_take (&at, 4);
  n = dnn_hdf5_number (&at, 8);
  dnn_hdf5_take (&at, 8);
  data = dnn_hdf5_number (&at, 8);
  return dnn_hdf5_at (self->hdf5, data, n, "the names of its local heap",
                      &self->names, error);
}

static bool
read_symbol (Group *self, DnnHdf5Cursor *at, GError **error)
{
  DnnHdf5Cursor names = self->names;
  const uint64_t offset = dnn_hdf5_number (at, 8),
                 address = dnn_hdf5_number (at, 8),
                 cache = dnn_hdf5_number (at, 4);
  const uint8_t *end;
  const char *name;
  size_t n;

  dnn_hdf5_take (at, 4 + 16);
  if (dnn_hdf5_take (&names, offset) == NULL)
    return dnn_hdf5_fail (self->hdf5, error,
                          "the name of a link must lie in its local heap, not "
                          "at '%" G_GUINT64_FORMAT "'",
                          offset);
  n = MIN ((size_t) (names.end - names.at), DNN_HDF5_PATH_LIMIT + 1);
  end = n > 0 ? memchr (names.at, 0, n) : NULL;
  if (end == NULL)
    return dnn_hdf5_fail (self->hdf5, error,
                          "the name of a link has no end within %d bytes",
                          DNN_HDF5_PATH_LIMIT);
  name = (const char *) names.at;
  n = (size_t) (end - names.at);
  if (cache == SOFT_CACHE || address == DNN_HDF5_UNDEFINED)
    return refuse_link (self->hdf5, "a soft", name, n, error);
  return dnn_hdf5_add_link (self->hdf5, self->entry, name, n, address, error);
}

static bool
read_symbol_node (DnnHdf5 *hdf5, DnnHdf5Cursor key, uint64_t address,
                  void *user_data, GError **error)
{
  Group *self = user_data;
  DnnHdf5Cursor at;
  uint64_t n;

  (void) key;
  if (!dnn_hdf5_at (hdf5, address, 8, "a symbol node", &at, error))
    return false;
  if (!dnn_hdf5_signature (&at, "SNOD"))
    return dnn_hdf5_fail (self->hdf5, error,
                          "address '%" G_GUINT64_FORMAT
                          "' must hold a symbol node, 'SNOD'",
                          address);
  dnn_hdf5_take (&at, 2);
  n = dnn_hdf5_number (&at, 2);
  if (!dnn_hdf5_spend (self->hdf5, 1 + n, error) ||
      !dnn_hdf5_at (self->hdf5, address + 8, n * 40, "a symbol node", &at,
                    error))
    return false;
  for (uint64_t i = 0; i < n; i++)
    if (!read_symbol (self, &at, error))
      return false;
  return true;
}

bool
dnn_hdf5_read_symbols (DnnHdf5 *self, DnnHdf5Cursor message,
                       DnnHdf5Entry *entry, GError **error)
{
  static const DnnHdf5Tree links = { .n_key = 8, .leaf = read_symbol_node };
  Group group = { .hdf5 = self, .entry = entry };
  const uint64_t tree = dnn_hdf5_number (&message, 8),
                 heap = dnn_hdf5_number (&message, 8);

  if (message.short_of)
    return dnn_hdf5_fail (self, error, "a symbol table must have 16 bytes");
  return read_heap (&group, heap, error) &&
         dnn_hdf5_walk_tree (self, &links, tree, &group, error);
}

bool
dnn_hdf5_read_link (DnnHdf5 *self, DnnHdf5Cursor message, DnnHdf5Entry *group,
                    GError **error)
{
  const unsigned version = (unsigned) dnn_hdf5_number (&message, 1),
                 flags = (unsigned) dnn_hdf5_number (&message, 1);
  unsigned type = HARD;
  const char *name;
  uint64_t n, address;

  if ((flags & 0x08) != 0)
    type = (unsigned) dnn_hdf5_number (&message, 1);
  dnn_hdf5_take (&message,
                 ((flags & 0x04) != 0 ? 8 : 0) + ((flags & 0x10) != 0 ? 1 : 0));
  n = dnn_hdf5_number (&message, (size_t) 1 << (flags & 3));
  name = (const char *) dnn_hdf5_take (&message, n);
  if (message.short_of || version != 1)
    return dnn_hdf5_fail (self, error,
                          "a link must be whole and of version 1, not '%u'",
                          version);
  n = MIN (n, DNN_HDF5_PATH_LIMIT + 1);
  if (type != HARD)
    return refuse_link (self,
                        type == SOFT       ? "a soft"
                        : type == EXTERNAL ? "an external"
                                           : "a user-defined",
                        name, (size_t) n, error);
  address = dnn_hdf5_number (&message, 8);
  if (message.short_of)
    return dnn_hdf5_fail (self, error, "a link must have an address");
  return dnn_hdf5_add_link (self, group, name, (size_t) n, address, error);
}

bool
dnn_hdf5_check_info (const DnnHdf5 *self, const DnnHdf5Message *message,
                     GError **error)
{
  const bool is_links = message->type == DNN_HDF5_LINK_INFO;
  DnnHdf5Cursor at = message->body;
  unsigned flags;
  uint64_t heap;

  dnn_hdf5_take (&at, 1);
  flags = (unsigned) dnn_hdf5_number (&at, 1);
  dnn_hdf5_take (&at, (flags & 0x01) == 0 ? 0 : is_links ? 8 : 2);
  heap = dnn_hdf5_number (&at, 8);
  return (!at.short_of && heap == DNN_HDF5_UNDEFINED) ||
         dnn_hdf5_fail (
             self, error,
             "has its %s in a fractal heap, which is not read; write "
             "it with libver='earliest', or h5repack the file",
             is_links ? "links" : "attributes");
}
