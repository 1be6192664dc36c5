/* dnn-torch-file.h - tensors by name, of files that PyTorch's torch.save wrote
 *
 * State dicts and checkpoints: dictionaries and lists, in one another, with
 * tensors in them; a name is the keys on the way, joined by dots.  Numbers,
 * texts and what else a checkpoint keeps are skipped; Python objects but
 * tensors, sizes and parameters are refused, and no code of the file runs. Both
 * containers are read, the zip archive since PyTorch 1.6 and the one before.
 *
 * The file owns all that it hands out.
 */
#pragma once

#include "dnn-safetensors.h"

DNN_BEGIN_DECLS

typedef struct DnnTorchFile DnnTorchFile;

/* Maps and reads the file at `path`; DNN_ERROR_FORMAT where it is none. */
DnnTorchFile *dnn_torch_file_read (const char *path, GError **error);
/* The same from memory; `name` starts every error message. */
DnnTorchFile *dnn_torch_file_parse (const char *name, GBytes *bytes,
                                    GError **error);
void dnn_torch_file_free (DnnTorchFile *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnnTorchFile, dnn_torch_file_free)

/* Tensors in the order of the file; those of bfloat16 are float32 here, which
 * holds each of their numbers.  Elements are row-major, contiguous and
 * little-endian; they may lie at any address: memcpy is the way to them. */
size_t dnn_torch_file_count (const DnnTorchFile *self);
const DnnNamedTensor *dnn_torch_file_at (const DnnTorchFile *self, size_t i);
/* NULL where there is none of that name. */
const DnnNamedTensor *dnn_torch_file_find (const DnnTorchFile *self,
                                           const char *name);

DNN_END_DECLS
