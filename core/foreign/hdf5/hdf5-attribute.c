/* hdf5-attribute.c - text attributes, in place and in global heaps
 *
 * Attributes of other types are let be: nobody has to read them.
 */
#include "dnn-hdf5-private.h"

#include "dnn-shape.h"

/* Texts of one attribute, or of one that is cut into several. */
typedef struct Texts {
  DnnHdf5 *hdf5;
  const char *key;
  GPtrArray *list; /* where they go */
  size_t room;     /* bytes that they may still have: those of the file */
} Texts;

/* --- finding (IV.A.2.m) -------------------------------------------------- */

static guint
hash_attribute (gconstpointer data)
{
  const DnnHdf5Attribute *self = data;

  return g_str_hash (self->key) ^ g_direct_hash (self->node);
}

static gboolean
equal_attributes (gconstpointer a, gconstpointer b)
{
  const DnnHdf5Attribute *x = a, *y = b;

  return x->node == y->node && strcmp (x->key, y->key) == 0;
}

GHashTable *
dnn_hdf5_attributes_new (void)
{
  return g_hash_table_new_full (hash_attribute, equal_attributes, g_free, NULL);
}

bool
dnn_hdf5_note_attribute (DnnHdf5 *self, const DnnHdf5Node *node,
                         DnnHdf5Cursor message, GError **error)
{
  DnnHdf5Attribute attribute = { .node = node, .body = message };
  const unsigned version = (unsigned) dnn_hdf5_number (&message, 1);
  uint64_t n;

  dnn_hdf5_take (&message, 1);
  n = dnn_hdf5_number (&message, 2);
  dnn_hdf5_take (&message, 4 + (version == 3 ? 1 : 0));
  attribute.key = (const char *) dnn_hdf5_take (&message, n);
  if (message.short_of || version < 1 || version > 3)
    return dnn_hdf5_fail (self, error,
                          "an attribute must be whole and of version 1 to 3, "
                          "not '%u'",
                          version);
  if (n == 0 || memchr (attribute.key, 0, n) == NULL)
    return dnn_hdf5_fail (self, error, "an attribute's name must have an end");
  /* each takes some 16 bytes, if they do not overlap; a name is hashed */
  if (g_hash_table_size (self->attributes) > self->size / 16)
    return dnn_hdf5_fail (self, error,
                          "has more attributes than the file can hold");
  return dnn_hdf5_spend (self, n / 16, error) &&
         (g_hash_table_add (self->attributes,
                            g_memdup2 (&attribute, sizeof attribute)) ||
          dnn_hdf5_fail (self, error, "has the attribute '%s' twice",
                         attribute.key));
}

static const DnnHdf5Attribute *
find_attribute (const DnnHdf5 *self, const DnnHdf5Node *node, const char *key)
{
  const DnnHdf5Attribute wanted = { .node = node, .key = key };

  return g_hash_table_lookup (self->attributes, &wanted);
}

bool
dnn_hdf5_has_attribute (const DnnHdf5 *self, const DnnHdf5Node *node,
                        const char *key)
{
  return find_attribute (self, node, key) != NULL;
}

/* --- texts --------------------------------------------------------------- */

/* Adds n bytes, up to their first zero. */
static bool
add_text (Texts *self, const uint8_t *text, size_t n, GError **error)
{
  const uint8_t *end = n > 0 ? memchr (text, 0, n) : NULL;
  const size_t length = end != NULL ? (size_t) (end - text) : n;

  if (length > self->room)
    return dnn_hdf5_fail (self->hdf5, error,
                          "attribute '%s' has more text than the file",
                          self->key);
  if (!g_utf8_validate_len ((const char *) text, length, NULL))
    return dnn_hdf5_fail (self->hdf5, error, "attribute '%s' must be UTF-8",
                          self->key);
  self->room -= length;
  g_ptr_array_add (self->list, g_strndup ((const char *) text, length));
  return true;
}

/* The object `index` of the global heap at `address` (III.E). */
static bool
find_object (DnnHdf5 *self, uint64_t address, uint64_t index,
             DnnHdf5Cursor *ret_object, GError **error)
{
  DnnHdf5Cursor at;
  uint64_t n;

  if (!dnn_hdf5_at (self, address, 16, "a global heap", &at, error))
    return false;
  if (!dnn_hdf5_signature (&at, "GCOL"))
    return dnn_hdf5_fail (self, error,
                          "address '%" G_GUINT64_FORMAT
                          "' must hold a global heap, 'GCOL'",
                          address);
  dnn_hdf5_take (&at, 4);
  n = dnn_hdf5_number (&at, 8);
  if (!dnn_hdf5_at (self, address, n, "a global heap", &at, error))
    return false;
  dnn_hdf5_take (&at, 16);
  for (uint64_t is = 1; is != 0 && !at.short_of;) {
    if (!dnn_hdf5_spend (self, 1, error))
      return false;
    is = dnn_hdf5_number (&at, 2);
    dnn_hdf5_take (&at, 6);
    n = dnn_hdf5_number (&at, 8);
    ret_object->at = is != 0 ? dnn_hdf5_take (&at, n) : NULL;
    ret_object->end = at.at;
    if (is == index && ret_object->at != NULL)
      return true;
    dnn_hdf5_take (&at, (8 - n % 8) % 8);
  }
  return dnn_hdf5_fail (self, error,
                        "the global heap at address '%" G_GUINT64_FORMAT
                        "' has no object '%" G_GUINT64_FORMAT "'",
                        address, index);
}

/* Adds the text of which n bytes lie in a global heap. */
static bool
add_from_heap (Texts *self, DnnHdf5Cursor *at, GError **error)
{
  const uint64_t n = dnn_hdf5_number (at, 4), address = dnn_hdf5_number (at, 8),
                 index = dnn_hdf5_number (at, 4);
  DnnHdf5Cursor object = { 0 };
  const uint8_t *text;

  if (n == 0)
    return add_text (self, (const uint8_t *) "", 0, error);
  if (!find_object (self->hdf5, address, index, &object, error))
    return false;
  text = dnn_hdf5_take (&object, n);
  if (text == NULL)
    return dnn_hdf5_fail (self->hdf5, error,
                          "attribute '%s' must have '%" G_GUINT64_FORMAT
                          "' bytes in its global heap",
                          self->key, n);
  return add_text (self, text, n, error);
}

/* Adds `n` texts of the datatype from the attribute's data. */
static bool
add_texts (Texts *self, DnnHdf5Cursor dtype, DnnHdf5Cursor at, uint64_t n,
           GError **error)
{
  const unsigned class = (unsigned) dnn_hdf5_number (&dtype, 1) & 15,
                 bits = (unsigned) dnn_hdf5_number (&dtype, 3);
  const uint64_t size = dnn_hdf5_number (&dtype, 4);
  const bool is_variable =
      class == DNN_HDF5_VARIABLE && (bits & 15) == 1 && size == 16;

  /* Keras writes an empty list as one of numbers */
  if (n == 0)
    return true;
  if ((class != DNN_HDF5_STRING && !is_variable) || size == 0 || dtype.short_of)
    return dnn_hdf5_fail (self->hdf5, error,
                          "attribute '%s' must be text, not of class '%u'",
                          self->key, class);
  if (n > (uint64_t) (at.end - at.at) / size)
    return dnn_hdf5_fail (self->hdf5, error,
                          "attribute '%s' must have %" G_GUINT64_FORMAT
                          " texts of '%" G_GUINT64_FORMAT "' bytes",
                          self->key, n, size);
  for (uint64_t i = 0; i < n; i++)
    if (!(is_variable ? add_from_heap (self, &at, error)
                      : add_text (self, dnn_hdf5_take (&at, size),
                                  (size_t) size, error)))
      return false;
  return true;
}

/* The next n bytes of an attribute, which version 1 pads to 8. */
static DnnHdf5Cursor
take_part (DnnHdf5Cursor *at, uint64_t n, bool is_padded)
{
  DnnHdf5Cursor part = { .at = dnn_hdf5_take (at, n) };

  part.end = at->at;
  if (part.at == NULL)
    part.at = part.end;
  if (is_padded)
    dnn_hdf5_take (at, (8 - n % 8) % 8);
  return part;
}

static bool
read_texts (Texts *self, const DnnHdf5Attribute *attribute, GError **error)
{
  DnnHdf5Cursor at = attribute->body, dtype, space;
  const unsigned version = (unsigned) dnn_hdf5_number (&at, 1),
                 flags = (unsigned) dnn_hdf5_number (&at, 1);
  const uint64_t n_name = dnn_hdf5_number (&at, 2),
                 n_dtype = dnn_hdf5_number (&at, 2),
                 n_space = dnn_hdf5_number (&at, 2);
  DnnShape shape;
  int64_t n;

  if (!dnn_hdf5_spend (self->hdf5, 1, error))
    return false;
  dnn_hdf5_take (&at, version == 3 ? 1 : 0);
  take_part (&at, n_name, version == 1);
  dtype = take_part (&at, n_dtype, version == 1);
  space = take_part (&at, n_space, version == 1);
  if (at.short_of || (version > 1 && flags != 0))
    return dnn_hdf5_fail (self->hdf5, error,
                          "attribute '%s' must be whole, and its type and "
                          "shape its own",
                          self->key);
  if (!dnn_hdf5_read_shape (self->hdf5, space, &shape, error))
    return false;
  if (!dnn_shape_count (&shape, &n))
    return dnn_hdf5_fail (self->hdf5, error, "attribute '%s' is too long",
                          self->key);
  return add_texts (self, dtype, at, (uint64_t) n, error);
}

/* Reads the pieces of a list that is cut: `key`0, `key`1 and so on. */
static bool
read_pieces (Texts *self, const DnnHdf5Node *node, GError **error)
{
  for (unsigned i = 0;; i++) {
    g_autofree char *piece = g_strdup_printf ("%s%u", self->key, i);
    const DnnHdf5Attribute *attribute =
        find_attribute (self->hdf5, node, piece);

    if (attribute == NULL && i > 0)
      return true;
    if (attribute == NULL) {
      g_set_error (error, DNN_ERROR, DNN_ERROR_NAME,
                   "%s: '%s': has no attribute '%s'", self->hdf5->name,
                   node->path, self->key);
      return false;
    }
    if (!read_texts (self, attribute, error))
      return false;
  }
}

/* Returns: (transfer full): the texts of an attribute, whole or cut. */
static GPtrArray *
read_list (DnnHdf5 *self, const DnnHdf5Node *node, const char *key,
           GError **error)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func (g_free);
  Texts texts = { .hdf5 = self, .key = key, .list = list, .room = self->size };
  const DnnHdf5Attribute *attribute = find_attribute (self, node, key);

  self->place = node->path;
  return (attribute != NULL ? read_texts (&texts, attribute, error)
                            : read_pieces (&texts, node, error))
             ? g_steal_pointer (&list)
             : NULL;
}

char *
dnn_hdf5_get_text (DnnHdf5 *self, const DnnHdf5Node *node, const char *key,
                   GError **error)
{
  g_autoptr (GPtrArray) list = read_list (self, node, key, error);

  if (list == NULL)
    return NULL;
  if (list->len == 1)
    return g_strdup (g_ptr_array_index (list, 0));
  dnn_hdf5_fail (self, error, "attribute '%s' must be one text, not '%u'", key,
                 list->len);
  return NULL;
}

char **
dnn_hdf5_get_texts (DnnHdf5 *self, const DnnHdf5Node *node, const char *key,
                    GError **error)
{
  g_autoptr (GPtrArray) list = read_list (self, node, key, error);

  if (list == NULL)
    return NULL;
  g_ptr_array_add (list, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&list), FALSE);
}
