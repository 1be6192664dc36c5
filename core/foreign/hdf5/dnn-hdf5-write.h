/* dnn-hdf5-write.h - writes HDF5 files that h5py and Keras load
 *
 * Superblock 2, groups of link messages, contiguous datasets: what dnn-hdf5.h
 * reads, and the HDF5 library since 1.8.  The bytes depend on nothing but what
 * was added, in its order.
 */
#pragma once

#include "dnn-safetensors.h"

DNN_BEGIN_DECLS

typedef struct DnnHdf5Writer DnnHdf5Writer;

/* An empty file: a root without a child. */
DnnHdf5Writer *dnn_hdf5_writer_new (void);
void dnn_hdf5_writer_free (DnnHdf5Writer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnnHdf5Writer, dnn_hdf5_writer_free)

/* Adds the group at `path`, "layers/dense/vars", and those on the way to it;
 * one that is there stays.  DNN_ERROR_NAME where `path` goes through a dataset,
 * has an empty part or is longer than readers take. */
bool dnn_hdf5_writer_add_group (DnnHdf5Writer *self, const char *path,
                                GError **error);

/* Adds a dataset; the tensor's name is its path, of which groups are added as
 * above.  Its little-endian data are borrowed until the file is written.
 * DNN_ERROR_NAME where there is a node of that path. */
bool dnn_hdf5_writer_add (DnnHdf5Writer *self, const DnnNamedTensor *tensor,
                          GError **error);

/* Sets an attribute of the node at `path`, "" being the root: UTF-8, which is
 * copied.  A key already there is replaced.  DNN_ERROR_NAME where there is no
 * such node. */
bool dnn_hdf5_writer_set_text (DnnHdf5Writer *self, const char *path,
                               const char *key, const char *value,
                               GError **error);

/* The same of a NULL-terminated list.  One that is too long for an attribute is
 * cut into `key`0, `key`1 and so on, as Keras cuts and reads it.
 * DNN_ERROR_PARAM where one text alone is too long. */
bool dnn_hdf5_writer_set_texts (DnnHdf5Writer *self, const char *path,
                                const char *key, const char *const *values,
                                GError **error);

/* The whole file, in memory.  (transfer full) */
GBytes *dnn_hdf5_writer_to_bytes (const DnnHdf5Writer *self, GError **error);
/* The whole file at `path`: the old one or the new one, never a part.  The
 * numbers are not copied. */
bool dnn_hdf5_writer_write (const DnnHdf5Writer *self, const char *path,
                            GError **error);

DNN_END_DECLS
