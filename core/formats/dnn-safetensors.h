/* dnn-safetensors.h - named tensors and named strings in one file
 *
 * The safetensors format: a little-endian 64-bit header length, a JSON header
 * {name: {dtype, shape, data_offsets}, "__metadata__": {key: text}}, the data.
 * A file in memory owns its bytes; what it hands out is borrowed.
 */
#pragma once

#include <dnn/abi/tensor.h>

#include "dnn-error.h"
#include "dnn-file.h"

DNN_BEGIN_DECLS

/* One entry.  When writing, `data` must live until dnn_safetensors_write. */
typedef struct DnnNamedTensor {
  const char *name;
  DnnDtype dtype;
  DnnShape shape;
  const void *data;
} DnnNamedTensor;

typedef struct DnnSafetensors DnnSafetensors;

/* An empty file, to be filled by add and set_metadata and written. */
DnnSafetensors *dnn_safetensors_new (void);
/* Reads and checks the whole of `path`: header length, JSON, dtypes, offsets
 * in range, without overlap or hole. */
DnnSafetensors *dnn_safetensors_read (const char *path, GError **error);
/* The same from memory; `name` starts every error message. */
DnnSafetensors *dnn_safetensors_parse (const char *name, GBytes *bytes,
                                       GError **error);
void dnn_safetensors_free (DnnSafetensors *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnnSafetensors, dnn_safetensors_free)

/* Appends a tensor; name and shape are copied, `data` is borrowed. */
void dnn_safetensors_add (DnnSafetensors *self, const DnnNamedTensor *tensor);
/* The same of a tensor at hand. */
void dnn_safetensors_add_tensor (DnnSafetensors *self, const char *name,
                                 const DnnTensor *tensor);
/* The same of float32. */
void dnn_safetensors_add_floats (DnnSafetensors *self, const char *name,
                                 const DnnShape *shape, const void *data);
/* A name already there is replaced. */
void dnn_safetensors_set_metadata (DnnSafetensors *self, const char *key,
                                   const char *value);
/* Returns: (transfer none): the text, or NULL. */
const char *dnn_safetensors_get_metadata (const DnnSafetensors *self,
                                          const char *key);

/* Tensors in the order of their data. */
size_t dnn_safetensors_count (const DnnSafetensors *self);
const DnnNamedTensor *dnn_safetensors_at (const DnnSafetensors *self, size_t i);
/* NULL where there is none of that name. */
const DnnNamedTensor *dnn_safetensors_find (const DnnSafetensors *self,
                                            const char *name);

/* Copies the data of the tensor that has the name, type and shape of `like`;
 * DNN_ERROR_FORMAT if there is none. */
bool dnn_safetensors_copy (const DnnSafetensors *self,
                           const DnnNamedTensor *like, void *to,
                           GError **error);

/* Writes to a temporary name beside `path`, syncs it and renames it: `path`
 * is the old file or the whole new one, never a part. */
bool dnn_safetensors_write (const DnnSafetensors *self, const char *path,
                            GError **error);
/* Writes to that temporary name alone: dnn_file_commit makes it `path`. */
DnnFile *dnn_safetensors_stage (const DnnSafetensors *self, const char *path,
                                GError **error);

DNN_END_DECLS
