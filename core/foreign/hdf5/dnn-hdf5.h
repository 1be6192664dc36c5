/* dnn-hdf5.h - reads HDF5 files as Keras and h5py write them
 *
 * A subset of the HDF5 File Format Specification 3.0: superblocks 0, 2 and 3,
 * old groups (B-tree of symbol nodes) and new ones (link messages), object
 * headers 1 and 2, contiguous, compact and unfiltered chunked datasets of
 * numbers, text attributes.  Whatever leads out of the file (soft and external
 * links, external storage, virtual datasets) or needs code (filters) is refused
 * by its name.
 *
 * The whole tree is read and checked at once; the numbers stay where they are.
 * The file owns all that it hands out.
 */
#pragma once

#include "dnn-safetensors.h"

DNN_BEGIN_DECLS

/* Of groups in groups; Keras' own nest to some dozen. */
#define DNN_HDF5_DEPTH_LIMIT 64
/* Of a path, in bytes. */
#define DNN_HDF5_PATH_LIMIT 1024

typedef struct DnnHdf5 DnnHdf5;

/* A group or a dataset. */
typedef struct DnnHdf5Node {
  const char *name;          /* the last part of its path; "" for the root */
  const char *path;          /* "layers/dense/vars/0"; "" for the root */
  bool is_group;             /* it has children, and no tensor */
  DnnNamedTensor tensor;     /* its name is `path`; the data, little-endian, may
                              * lie at any address: memcpy is the way to them */
  const GPtrArray *children; /* of DnnHdf5Node, in the order of the file */
} DnnHdf5Node;

/* Maps and reads the file at `path`. */
DnnHdf5 *dnn_hdf5_read (const char *path, GError **error);
/* The same from memory; `name` starts every error message. */
DnnHdf5 *dnn_hdf5_parse (const char *name, GBytes *bytes, GError **error);
void dnn_hdf5_free (DnnHdf5 *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnnHdf5, dnn_hdf5_free)

/* The node at `path`, "" being the root; NULL where there is none. */
const DnnHdf5Node *dnn_hdf5_find (const DnnHdf5 *self, const char *path);

bool dnn_hdf5_has_attribute (const DnnHdf5 *self, const DnnHdf5Node *node,
                             const char *key);

/* The text attribute `key`.  Returns: (transfer full): UTF-8; NULL with
 * DNN_ERROR_NAME where it is not there, DNN_ERROR_FORMAT where it is not one
 * text. */
char *dnn_hdf5_get_text (DnnHdf5 *self, const DnnHdf5Node *node,
                         const char *key, GError **error);

/* The texts of the attribute `key`, a list; where it is cut into `key`0,
 * `key`1 and so on, as Keras cuts long ones, all of them.  Errors as above.
 * Returns: (transfer full) (array zero-terminated=1) */
char **dnn_hdf5_get_texts (DnnHdf5 *self, const DnnHdf5Node *node,
                           const char *key, GError **error);

DNN_END_DECLS
