/* torch-storage.c - storages of both containers */
#include "dnn-torch-private.h"

#include <string.h>

static const DnnTorchType types[] = {
  { "torch.FloatStorage", 4, DNN_FLOAT32 },
  { "torch.DoubleStorage", 8, DNN_FLOAT64 },
  { "torch.HalfStorage", 2, DNN_FLOAT16 },
  { "torch.BFloat16Storage", 2, DNN_FLOAT32 }, /* widened */
  { "torch.LongStorage", 8, DNN_INT64 },
  { "torch.IntStorage", 4, DNN_INT32 },
  { "torch.ShortStorage", 2, DNN_INT16 },
  { "torch.CharStorage", 1, DNN_INT8 },
  { "torch.ByteStorage", 1, DNN_UINT8 },
  { "torch.BoolStorage", 1, DNN_BOOL8 },
};

const char *const dnn_torch_names[] = {
  "torch.FloatStorage",
  "torch.DoubleStorage",
  "torch.HalfStorage",
  "torch.BFloat16Storage",
  "torch.LongStorage",
  "torch.IntStorage",
  "torch.ShortStorage",
  "torch.CharStorage",
  "torch.ByteStorage",
  "torch.BoolStorage",
  "torch.Size",
  "torch._utils._rebuild_tensor",
  "torch._utils._rebuild_tensor_v2",
  "torch._utils._rebuild_parameter",
  NULL,
};

static bool
is_text (const DnnPickleValue *value, const char *text)
{
  return value->kind == DNN_PICKLE_TEXT && strcmp (value->text, text) == 0;
}

static const DnnTorchType *
find_type (const DnnPickleValue *name)
{
  for (size_t i = 0; i < G_N_ELEMENTS (types); i++)
    if (name->kind == DNN_PICKLE_NAME &&
        strcmp (types[i].name, name->text) == 0)
      return &types[i];
  return NULL;
}

bool
dnn_torch_storage_parse (const DnnTorchStore *store, const DnnPickleValue *id,
                         DnnTorchStorage *ret_storage, GError **error)
{
  const DnnPickleValue *const *items = id->items;
  const DnnTorchType *type;

  if (id->kind != DNN_PICKLE_PERSISTENT || id->n < 5 || id->n > 6 ||
      !is_text (items[0], "storage") || items[2]->kind != DNN_PICKLE_TEXT ||
      items[4]->kind != DNN_PICKLE_INT || items[4]->integer < 0)
    return dnn_foreign_file_fail (
        store->file, error,
        "a tensor's numbers must be in a storage, with its type, name, device "
        "and size, and not in %s",
        dnn_pickle_kind_name (id->kind));
  type = find_type (items[1]);
  if (type == NULL)
    return dnn_foreign_file_fail (
        store->file, error, "the storage '%s' is of %s, which is no type of it",
        items[2]->text, dnn_pickle_kind_name (items[1]->kind));
  if (id->n == 6 && items[5]->kind != DNN_PICKLE_NONE)
    return dnn_foreign_file_fail (
        store->file, error,
        "the storage '%s' is a view of another, which is not read",
        items[2]->text);
  *ret_storage =
      (DnnTorchStorage){ type, items[2]->text, (uint64_t) items[4]->integer };
  return true;
}

const void *
dnn_torch_store_member (DnnTorchStore *self, const char *member,
                        size_t *ret_size, GError **error)
{
  /* 64: bytes of what holds them */
  const uint64_t size = dnn_archive_size (self->zip, member);
  const size_t cost = (size_t) MIN (size, G_MAXSIZE - 64) + 64;
  GBytes *bytes;

  if (!dnn_foreign_file_spend (self->file, cost, error))
    return NULL;
  bytes = dnn_archive_member (self->zip, member, NULL, error);
  if (bytes == NULL)
    return NULL;
  dnn_foreign_file_keep (self->file, bytes);
  *ret_size = g_bytes_get_size (bytes);
  return g_bytes_get_data (bytes, NULL);
}

/* A member of the archive, which is read when it is asked for first. */
static DnnTorchBlock *
read_block (DnnTorchStore *self, const char *key, GError **error)
{
  g_autofree char *path = g_strconcat (self->root, "data/", key, NULL);
  DnnTorchBlock *block;

  if (!dnn_archive_has (self->zip, path)) {
    dnn_foreign_file_fail (self->file, error, "has no member '%s'", path);
    return NULL;
  }
  block = dnn_foreign_file_take (self->file, sizeof *block, error);
  if (block == NULL)
    return NULL;
  block->data = dnn_torch_store_member (self, path, &block->size, error);
  if (block->data == NULL || !dnn_foreign_file_spend (self->file, 64, error))
    return NULL;
  g_hash_table_insert (self->by_key, (void *) key, block);
  return block;
}

const uint8_t *
dnn_torch_store_find (DnnTorchStore *self, const DnnTorchStorage *storage,
                      GError **error)
{
  const DnnTorchBlock *block = g_hash_table_lookup (self->by_key, storage->key);

  if (block == NULL && self->zip != NULL) {
    block = read_block (self, storage->key, error);
    if (block == NULL)
      return NULL;
  }
  if (block == NULL) {
    dnn_foreign_file_fail (self->file, error, "has no storage '%s'",
                           storage->key);
    return NULL;
  }
  if (storage->n > block->size / storage->type->size) {
    dnn_foreign_file_fail (self->file, error,
                           "the storage '%s' must have '%" G_GUINT64_FORMAT
                           "' elements of %zu bytes, and has %zu bytes",
                           storage->key, storage->n, storage->type->size,
                           block->size);
    return NULL;
  }
  return block->data;
}
