/* dnn-hdf5-write-private.h - a tree of HDF5 nodes that becomes a file */
#pragma once

#include "dnn-hdf5-private.h"
#include "dnn-hdf5-write.h"

G_BEGIN_DECLS

/* Bytes of an attribute's texts.  The message may have 65,535, with its name.
 */
#define DNN_HDF5_TEXTS_LIMIT 60000

typedef struct DnnHdf5Text {
  char *key;        /* (owned) */
  char **values;    /* (owned) */
  size_t n;         /* values */
  size_t width;     /* bytes of each, padded with zeros; at least 1 */
  bool is_list;     /* else a single text, which may lie in a heap */
  uint64_t address; /* of its heap, once placed */
} DnnHdf5Text;

typedef struct DnnHdf5Part {
  char *path;            /* (owned) */
  const char *name;      /* the last part of it */
  bool is_group;         /* else a dataset */
  DnnNamedTensor tensor; /* of a dataset */
  uint64_t n_bytes;      /* of its data */
  GPtrArray *children;   /* (owned) DnnHdf5Part, of a group */
  GPtrArray *texts;      /* (owned) DnnHdf5Text */
  uint64_t address;      /* of the object header, once placed */
  uint64_t data_address; /* of a dataset's data, once placed */
} DnnHdf5Part;

struct DnnHdf5Writer {
  GPtrArray *parts;    /* (owned) each once, the root first */
  GHashTable *by_path; /* (owned) path -> part */
};

/* hdf5-encode.c: the object header of a part.  Its size does not depend on
 * addresses. */
void dnn_hdf5_encode_header (const DnnHdf5Part *part, GByteArray *out);
/* The global heap of a text that is too long for an attribute. */
void dnn_hdf5_encode_heap (const DnnHdf5Text *text, GByteArray *out);
bool dnn_hdf5_needs_heap (const DnnHdf5Text *text);
void dnn_hdf5_encode_superblock (uint64_t root, uint64_t end, GByteArray *out);

G_END_DECLS
