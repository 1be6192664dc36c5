/* dnn-torch-private.h - storages, and tensors that look at them */
#pragma once

#include "dnn-archive.h"
#include "dnn-pickle.h"
#include "dnn-safetensors.h"

G_BEGIN_DECLS

/* The types of storages. */
typedef struct DnnTorchType {
  const char *name; /* "torch.FloatStorage" */
  size_t size;      /* bytes of an element in the file */
  DnnDtype dtype;   /* of arrays */
} DnnTorchType;

/* Numbers that tensors show parts of. */
typedef struct DnnTorchStorage {
  const DnnTorchType *type;
  const char *key;
  uint64_t n; /* elements */
} DnnTorchStorage;

/* Where storages lie. */
typedef struct DnnTorchStore {
  DnnForeignFile *file;
  DnnArchive *zip;    /* NULL: in the old container */
  const char *root;   /* of the members in the archive */
  GHashTable *by_key; /* (owned) key -> DnnTorchBlock */
} DnnTorchStore;

typedef struct DnnTorchBlock {
  const uint8_t *data;
  size_t size;
} DnnTorchBlock;

/* Names that a pickle of torch.save may use; NULL-terminated. */
extern const char *const dnn_torch_names[];

/* torch-storage.c: reads ("storage", type, key, device, n elements). */
bool dnn_torch_storage_parse (const DnnTorchStore *store,
                              const DnnPickleValue *id,
                              DnnTorchStorage *ret_storage, GError **error);
/* The bytes of a member of the archive, which the file keeps. */
const void *dnn_torch_store_member (DnnTorchStore *self, const char *member,
                                    size_t *ret_size, GError **error);
/* The bytes of a storage, as many as it says. */
const uint8_t *dnn_torch_store_find (DnnTorchStore *self,
                                     const DnnTorchStorage *storage,
                                     GError **error);

/* torch-tensor.c: true for a tensor or a parameter. */
bool dnn_torch_is_tensor (const DnnPickleValue *value);
/* Its type, shape and numbers; the name is the caller's. */
bool dnn_torch_tensor_make (DnnTorchStore *store, const DnnPickleValue *value,
                            DnnNamedTensor *ret_tensor, GError **error);

G_END_DECLS
