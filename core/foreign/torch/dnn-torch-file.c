/* dnn-torch-file.c - the two containers, and names of what is in them */
#include "dnn-torch-file.h"

#include "dnn-file.h"
#include "dnn-torch-private.h"

#include <string.h>

/* Of dictionaries in dictionaries. */
#define DEPTH_LIMIT 32
#define PICKLE      "data.pkl"

struct DnnTorchFile {
  DnnForeignFile *file; /* (owned) */
  GPtrArray *tensors;   /* DnnNamedTensor, of the file's memory */
  GHashTable *by_name;  /* (owned) name -> DnnNamedTensor */
};

/* A walk through a value to its tensors. */
typedef struct Walk {
  DnnTorchFile *torch;
  DnnTorchStore *store;
  size_t steps; /* that may still be done: values may be shared */
} Walk;

/* --- names --------------------------------------------------------------- */

static bool walk_value (Walk *self, const DnnPickleValue *value,
                        const char *path, unsigned depth, GError **error);

static bool
add_tensor (Walk *self, const DnnPickleValue *value, const char *path,
            GError **error)
{
  DnnForeignFile *file = self->torch->file;
  DnnNamedTensor *tensor = dnn_foreign_file_take (file, sizeof *tensor, error);

  /* 128: bytes of an entry in list and table */
  if (tensor == NULL || !dnn_foreign_file_spend (file, 128, error))
    return false;
  if (!dnn_torch_tensor_make (self->store, value, tensor, error))
    return false;
  tensor->name = dnn_foreign_file_text (file, path, strlen (path), error);
  if (tensor->name == NULL)
    return false;
  if (g_hash_table_contains (self->torch->by_name, path))
    return dnn_foreign_file_fail (file, error, "has the tensor '%s' twice",
                                  path);
  g_ptr_array_add (self->torch->tensors, tensor);
  g_hash_table_insert (self->torch->by_name, (void *) tensor->name, tensor);
  return true;
}

/* Keys of an optimizer's state are numbers. */
static char *
join (const char *path, const DnnPickleValue *key, size_t i)
{
  const char *dot = *path != '\0' ? "." : "";

  if (key == NULL)
    return g_strdup_printf ("%s%s%zu", path, dot, i);
  if (key->kind == DNN_PICKLE_TEXT)
    return g_strconcat (path, dot, key->text, NULL);
  if (key->kind == DNN_PICKLE_INT)
    return g_strdup_printf ("%s%s%" G_GINT64_FORMAT, path, dot, key->integer);
  return NULL;
}

static bool
walk_items (Walk *self, const DnnPickleValue *value, const char *path,
            unsigned depth, GError **error)
{
  const size_t step = value->kind == DNN_PICKLE_DICT ? 2 : 1;

  for (size_t i = 0; i < value->n; i += step) {
    const DnnPickleValue *key = step == 2 ? value->items[i] : NULL;
    g_autofree char *name = join (path, key, i);

    if (name == NULL)
      return dnn_foreign_file_fail (
          self->torch->file, error,
          "a key in '%s' is %s; it must be a text or a number", path,
          dnn_pickle_kind_name (key->kind));
    if (!walk_value (self, value->items[i + step - 1], name, depth + 1, error))
      return false;
  }
  return true;
}

static bool
walk_value (Walk *self, const DnnPickleValue *value, const char *path,
            unsigned depth, GError **error)
{
  const size_t cost = 1 + strlen (path);

  if (depth > DEPTH_LIMIT || cost > self->steps)
    return dnn_foreign_file_fail (
        self->torch->file, error,
        "its dictionaries are nested deeper than '%d' levels, or too often",
        DEPTH_LIMIT);
  self->steps -= cost;
  if (dnn_torch_is_tensor (value))
    return add_tensor (self, value, path, error);
  if (value->kind == DNN_PICKLE_DICT || value->kind == DNN_PICKLE_LIST ||
      value->kind == DNN_PICKLE_TUPLE)
    return walk_items (self, value, path, depth, error);
  return true;
}

static bool
walk (DnnTorchFile *self, DnnTorchStore *store, const DnnPickle *pickle,
      GError **error)
{
  Walk all = { self, store, ((size_t) 1 << 20) + 16 * pickle->size };

  if (!walk_value (&all, pickle->value, "", 0, error))
    return false;
  return self->tensors->len > 0 ||
         dnn_foreign_file_fail (self->file, error, "has no tensors");
}

/* --- the archive of PyTorch 1.6 and later -------------------------------- */

/* The member that is the pickle.  Returns: (transfer none) */
static const char *
find_pickle (const DnnTorchStore *store, GError **error)
{
  for (size_t i = 0; i < dnn_archive_count (store->zip); i++) {
    const char *name = dnn_archive_name (store->zip, i);
    const char *slash = strrchr (name, '/');

    if (strcmp (slash != NULL ? slash + 1 : name, PICKLE) == 0)
      return name;
  }
  dnn_foreign_file_fail (store->file, error,
                         "has no member '" PICKLE "', as archives of "
                         "torch.save have");
  return NULL;
}

/* "little" where it is said. */
static bool
check_byte_order (DnnTorchStore *store, GError **error)
{
  g_autofree char *path = g_strconcat (store->root, "byteorder", NULL);
  const char *order;
  size_t n = 0;

  if (!dnn_archive_has (store->zip, path))
    return true;
  order = dnn_torch_store_member (store, path, &n, error);
  if (order == NULL)
    return false;
  return (n == strlen ("little") && memcmp (order, "little", n) == 0) ||
         dnn_foreign_file_fail (store->file, error,
                                "its byte order must be 'little', not '%.*s'",
                                (int) MIN (n, 16), order);
}

/* TorchScript keeps code beside the numbers. */
static bool
check_no_code (const DnnTorchStore *store, GError **error)
{
  g_autofree char *path = g_strconcat (store->root, "constants.pkl", NULL);

  return !dnn_archive_has (store->zip, path) ||
         dnn_foreign_file_fail (store->file, error,
                                "is a TorchScript program ('%s'), and only "
                                "what torch.save wrote is read",
                                path);
}

static bool
read_archive (DnnTorchFile *self, DnnTorchStore *store, GBytes *bytes,
              GError **error)
{
  g_autoptr (DnnArchive) zip =
      dnn_archive_parse (dnn_foreign_file_name (self->file), bytes, error);
  g_autofree char *root = NULL;
  DnnPickle pickle = { 0 };
  const char *member;
  const void *data;
  size_t n = 0;

  if (zip == NULL || !dnn_archive_check_names (zip, error))
    return false;
  store->zip = zip;
  member = find_pickle (store, error);
  if (member == NULL)
    return false;
  store->root = root = g_strndup (member, strlen (member) - strlen (PICKLE));
  if (!check_no_code (store, error) || !check_byte_order (store, error))
    return false;
  data = dnn_torch_store_member (store, member, &n, error);
  if (data == NULL)
    return false;
  return dnn_pickle_read (self->file, dnn_torch_names, data, n, &pickle,
                          error) &&
         walk (self, store, &pickle, error);
}

/* --- the container before ------------------------------------------------ */

/* Five pickles: a magic number, a version, about the machine, the value, the
 * names of the storages; the storages follow in that order, each behind its
 * number of elements. */
enum { MAGIC, VERSION, MACHINE, VALUE, KEYS, N_PICKLES };

static const uint8_t magic[] = { 0x6c, 0xfc, 0x9c, 0x46, 0xf9,
                                 0x20, 0x6a, 0xa8, 0x50, 0x19 };

static bool
check_machine (const DnnForeignFile *file, const DnnPickleValue *machine,
               GError **error)
{
  for (size_t i = 0; machine->kind == DNN_PICKLE_DICT && i < machine->n; i += 2)
    if (machine->items[i]->kind == DNN_PICKLE_TEXT &&
        strcmp (machine->items[i]->text, "little_endian") == 0 &&
        machine->items[i + 1]->integer == 0)
      return dnn_foreign_file_fail (
          file, error, "its byte order must be little-endian, not 'big'");
  return true;
}

static bool
check_head (const DnnForeignFile *file, const DnnPickle *pickles,
            GError **error)
{
  const DnnPickleValue *first = pickles[MAGIC].value;
  const DnnPickleValue *version = pickles[VERSION].value;

  if (first->kind != DNN_PICKLE_BYTES || first->n != sizeof magic ||
      memcmp (first->bytes, magic, sizeof magic) != 0)
    return dnn_foreign_file_fail (file, error,
                                  "is a pickle, but not one of torch.save");
  if (version->kind != DNN_PICKLE_INT || version->integer != 1001)
    return dnn_foreign_file_fail (
        file, error, "its version must be 1001, not '%" G_GINT64_FORMAT "'",
        version->integer);
  return check_machine (file, pickles[MACHINE].value, error);
}

/* Types are where a tensor uses the storage. */
static GHashTable *
list_types (const DnnTorchStore *store, const DnnPickle *pickle, GError **error)
{
  g_autoptr (GHashTable) types = g_hash_table_new (g_str_hash, g_str_equal);

  for (size_t i = 0; i < pickle->n_persistent; i++) {
    DnnTorchStorage storage;

    if (!dnn_torch_storage_parse (store, pickle->persistent[i], &storage,
                                  error) ||
        !dnn_foreign_file_spend (store->file, 64, error))
      return NULL;
    g_hash_table_insert (types, (void *) storage.key, (void *) storage.type);
  }
  return g_steal_pointer (&types);
}

/* Moves `at` behind the storage of that key. */
static bool
add_block (DnnTorchStore *store, const DnnPickleValue *key, GHashTable *types,
           const uint8_t **at, const uint8_t *end, GError **error)
{
  const DnnTorchType *type = key->kind == DNN_PICKLE_TEXT
                                 ? g_hash_table_lookup (types, key->text)
                                 : NULL;
  DnnTorchBlock *block;
  uint64_t n;

  if (type == NULL)
    return dnn_foreign_file_fail (
        store->file, error, "has a storage '%s' that no tensor uses",
        key->kind == DNN_PICKLE_TEXT ? key->text : "?");
  if ((size_t) (end - *at) < sizeof n)
    return dnn_foreign_file_fail (store->file, error,
                                  "ends before its storage '%s'", key->text);
  memcpy (&n, *at, sizeof n);
  *at += sizeof n;
  if (n > (size_t) (end - *at) / type->size)
    return dnn_foreign_file_fail (
        store->file, error,
        "its storage '%s' has '%" G_GUINT64_FORMAT
        "' elements of %zu bytes, and %zu bytes are left",
        key->text, n, type->size, (size_t) (end - *at));
  block = dnn_foreign_file_take (store->file, sizeof *block, error);
  if (block == NULL || !dnn_foreign_file_spend (store->file, 64, error))
    return false;
  *block = (DnnTorchBlock){ *at, (size_t) n * type->size };
  *at += block->size;
  g_hash_table_insert (store->by_key, (void *) key->text, block);
  return true;
}

static bool
read_pickles (DnnTorchFile *self, DnnTorchStore *store, GBytes *bytes,
              GError **error)
{
  gsize size;
  const uint8_t *at = g_bytes_get_data (bytes, &size), *end = at + size;
  g_autoptr (GHashTable) types = NULL;
  DnnPickle pickles[N_PICKLES] = { 0 };
  const DnnPickleValue *keys;

  for (int i = 0; i < N_PICKLES; i++) {
    if (!dnn_pickle_read (self->file, dnn_torch_names, at, (size_t) (end - at),
                          &pickles[i], error))
      return false;
    at += pickles[i].size;
    if (i == MACHINE && !check_head (self->file, pickles, error))
      return false;
  }
  types = list_types (store, &pickles[VALUE], error);
  if (types == NULL)
    return false;
  keys = pickles[KEYS].value;
  for (size_t i = 0; keys->kind == DNN_PICKLE_LIST && i < keys->n; i++)
    if (!add_block (store, keys->items[i], types, &at, end, error))
      return false;
  return walk (self, store, &pickles[VALUE], error);
}

/* --- the file ------------------------------------------------------------ */

DnnTorchFile *
dnn_torch_file_parse (const char *name, GBytes *bytes, GError **error)
{
  g_autoptr (DnnTorchFile) self = NULL;
  g_autoptr (GHashTable) by_key = g_hash_table_new (g_str_hash, g_str_equal);
  DnnTorchStore store = { .by_key = by_key };
  const uint8_t *data;
  gsize n;
  bool done;

  g_return_val_if_fail (name != NULL && bytes != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  data = g_bytes_get_data (bytes, &n);
  self = g_new0 (DnnTorchFile, 1);
  self->file = store.file = dnn_foreign_file_new (name, bytes);
  self->tensors = g_ptr_array_new ();
  self->by_name = g_hash_table_new (g_str_hash, g_str_equal);
  if (n >= 2 && memcmp (data, "PK", 2) == 0)
    done = read_archive (self, &store, bytes, error);
  else if (n >= 2 && data[0] == 0x80)
    done = read_pickles (self, &store, bytes, error);
  else
    done = dnn_foreign_file_fail (self->file, error,
                                  "is no file that torch.save wrote");
  return done ? g_steal_pointer (&self) : NULL;
}

DnnTorchFile *
dnn_torch_file_read (const char *path, GError **error)
{
  g_autoptr (GBytes) bytes = dnn_file_read (path, error);

  return bytes != NULL ? dnn_torch_file_parse (path, bytes, error) : NULL;
}

void
dnn_torch_file_free (DnnTorchFile *self)
{
  if (self == NULL)
    return;

  g_hash_table_unref (self->by_name);
  g_ptr_array_unref (self->tensors);
  dnn_foreign_file_free (self->file);
  g_free (self);
}

size_t
dnn_torch_file_count (const DnnTorchFile *self)
{
  return self->tensors->len;
}

const DnnNamedTensor *
dnn_torch_file_at (const DnnTorchFile *self, size_t i)
{
  g_return_val_if_fail (i < self->tensors->len, NULL);

  return self->tensors->pdata[i];
}

const DnnNamedTensor *
dnn_torch_file_find (const DnnTorchFile *self, const char *name)
{
  return g_hash_table_lookup (self->by_name, name);
}
