/* hdf5-tree.c - B-trees of version 1, of links and of chunks (III.A.1) */
#include "dnn-hdf5-private.h"

/* A child that is still to be looked at. */
typedef struct Branch {
  uint64_t address;
  unsigned level;    /* of the node above; 0: this is a leaf */
  DnnHdf5Cursor key; /* on its left */
} Branch;

/* Puts the children of a node on the stack, the first on its top. */
static bool
read_node (DnnHdf5 *self, const DnnHdf5Tree *tree, const Branch *branch,
           GArray *stack, GError **error)
{
  DnnHdf5Cursor at;
  uint64_t type, level, n;
  const uint64_t n_entry = tree->n_key + 8;

  if (!dnn_hdf5_at (self, branch->address, 24, "a tree node", &at, error))
    return false;
  if (!dnn_hdf5_signature (&at, "TREE"))
    return dnn_hdf5_fail (self, error,
                          "address '%" G_GUINT64_FORMAT
                          "' must hold a node of a tree, 'TREE'",
                          branch->address);
  type = dnn_hdf5_number (&at, 1);
  level = dnn_hdf5_number (&at, 1);
  n = dnn_hdf5_number (&at, 2);
  if (type != tree->type || level >= branch->level)
    return dnn_hdf5_fail (self, error,
                          "a node of its tree must be of type %u and below "
                          "level %u, not of type '%u' and level '%u'",
                          tree->type, branch->level, (unsigned) type,
                          (unsigned) level);
  if (!dnn_hdf5_spend (self, 1 + n, error) ||
      !dnn_hdf5_at (self, branch->address + 24, n * n_entry, "a tree node", &at,
                    error))
    return false;
  if (stack->len + n > self->size / 16)
    return dnn_hdf5_fail (self, error,
                          "its tree has more nodes than the file can hold");
  for (uint64_t i = n; i-- > 0;) {
    const uint8_t *key = at.at + n_entry * i, *end = key + tree->n_key;
    DnnHdf5Cursor child = { end, end + 8, false };
    Branch next = { dnn_hdf5_number (&child, 8),
                    (unsigned) level,
                    { key, end, false } };

    g_array_append_val (stack, next);
  }
  return true;
}

bool
dnn_hdf5_walk_tree (DnnHdf5 *self, const DnnHdf5Tree *tree, uint64_t address,
                    void *user_data, GError **error)
{
  g_autoptr (GArray) stack = g_array_new (FALSE, FALSE, sizeof (Branch));
  /* no level is above a byte's largest */
  Branch next = { .address = address, .level = 256 };

  g_array_append_val (stack, next);
  while (stack->len > 0) {
    next = g_array_index (stack, Branch, stack->len - 1);
    g_array_set_size (stack, stack->len - 1);
    if (!(next.level == 0
              ? tree->leaf (self, next.key, next.address, user_data, error)
              : read_node (self, tree, &next, stack, error)))
      return false;
  }
  return true;
}
