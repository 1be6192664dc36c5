/* dnn-hdf5-private.h - what the parts of the HDF5 reader and writer share
 *
 * Section numbers are those of the HDF5 File Format Specification 3.0.
 */
#pragma once

#include "dnn-hdf5-cursor.h"
#include "dnn-hdf5.h"

G_BEGIN_DECLS

/* An address that is none. */
#define DNN_HDF5_UNDEFINED UINT64_MAX

/* Types of messages in an object header (IV.A.2). */
typedef enum DnnHdf5Type {
  DNN_HDF5_DATASPACE = 0x01,
  DNN_HDF5_LINK_INFO = 0x02,
  DNN_HDF5_DATATYPE = 0x03,
  DNN_HDF5_FILL = 0x05,
  DNN_HDF5_LINK = 0x06,
  DNN_HDF5_EXTERNAL = 0x07,
  DNN_HDF5_LAYOUT = 0x08,
  DNN_HDF5_GROUP_INFO = 0x0a,
  DNN_HDF5_FILTERS = 0x0b,
  DNN_HDF5_ATTRIBUTE = 0x0c,
  DNN_HDF5_CONTINUATION = 0x10,
  DNN_HDF5_SYMBOL_TABLE = 0x11,
  DNN_HDF5_ATTRIBUTE_INFO = 0x15
} DnnHdf5Type;

/* Classes of datatypes (IV.A.2.d). */
typedef enum DnnHdf5Class {
  DNN_HDF5_INTEGER = 0,
  DNN_HDF5_FLOAT = 1,
  DNN_HDF5_STRING = 3,
  DNN_HDF5_ENUM = 8,
  DNN_HDF5_VARIABLE = 9
} DnnHdf5Class;

typedef struct DnnHdf5Message {
  DnnHdf5Type type;
  DnnHdf5Cursor body;
} DnnHdf5Message;

/* An attribute that nobody has looked into. */
typedef struct DnnHdf5Attribute {
  const DnnHdf5Node *node;
  const char *key;    /* within the file */
  DnnHdf5Cursor body; /* of its message */
} DnnHdf5Attribute;

/* A node, and where it comes from. */
typedef struct DnnHdf5Entry {
  DnnHdf5Node node;
  char *path;          /* (owned) */
  GPtrArray *children; /* (owned) or NULL */
  uint64_t address;    /* of its object header */
  unsigned depth;      /* 0: the root */
} DnnHdf5Entry;

struct DnnHdf5 {
  char *name;             /* (owned) */
  GBytes *bytes;          /* (owned) */
  const uint8_t *data;    /* of `bytes` */
  size_t size;            /* of `bytes` */
  GPtrArray *entries;     /* (owned) each node once; the first is the root */
  GHashTable *by_path;    /* (owned) path -> entry */
  GHashTable *seen;       /* (owned) addresses of object headers with a link */
  GHashTable *attributes; /* (owned) set of DnnHdf5Attribute */
  GPtrArray *copies;      /* (owned) the numbers of chunked datasets */
  const char *place;      /* path of the node being read, for messages */
  uint64_t n_data;        /* bytes of all datasets so far */
  uint64_t work;          /* steps that may still be taken */
};

/* hdf5-access.c */

/* Sets DNN_ERROR_FORMAT: file, node, sentence; returns false. */
bool dnn_hdf5_fail (const DnnHdf5 *self, GError **error, const char *format,
                    ...) G_GNUC_PRINTF (3, 4);

/* Takes `steps` from the work that may be done: structures may overlap, and
 * small files ask for endless reading. */
bool dnn_hdf5_spend (DnnHdf5 *self, uint64_t steps, GError **error);

/* The `n` bytes at `address`; `what` names them in messages. */
bool dnn_hdf5_at (const DnnHdf5 *self, uint64_t address, uint64_t n,
                  const char *what, DnnHdf5Cursor *ret_cursor, GError **error);
/* From `address` to the end of the file. */
bool dnn_hdf5_from (const DnnHdf5 *self, uint64_t address, const char *what,
                    DnnHdf5Cursor *ret_cursor, GError **error);

/* hdf5-header.c: the messages of the object header at `address`, but for
 * continuations.  Returns: (transfer full): of DnnHdf5Message */
GArray *dnn_hdf5_read_header (DnnHdf5 *self, uint64_t address, GError **error);

/* hdf5-entry.c: adds a node, with `path` (transfer full); `parent` is NULL for
 * the root. */
GPtrArray *dnn_hdf5_entries_new (void);
bool dnn_hdf5_add_entry (DnnHdf5 *self, DnnHdf5Entry *parent, char *path,
                         uint64_t address, GError **error);

/* Adds what the link `name`, of `n` bytes, of a group leads to. */
bool dnn_hdf5_add_link (DnnHdf5 *self, DnnHdf5Entry *group, const char *name,
                        size_t n, uint64_t address, GError **error);

/* A kind of tree, and what is done with the children of its leaves. */
typedef struct DnnHdf5Tree {
  unsigned type; /* 0: links, 1: chunks */
  size_t n_key;  /* bytes of a key */
  bool (*leaf) (DnnHdf5 *self, DnnHdf5Cursor key, uint64_t address,
                void *user_data, GError **error);
} DnnHdf5Tree;

/* hdf5-tree.c: calls `leaf` for each child of the leaves, in order. */
bool dnn_hdf5_walk_tree (DnnHdf5 *self, const DnnHdf5Tree *tree,
                         uint64_t address, void *user_data, GError **error);

/* hdf5-group.c: adds the links of an old group, from its symbol table message,
 * and that of a link message. */
bool dnn_hdf5_read_symbols (DnnHdf5 *self, DnnHdf5Cursor message,
                            DnnHdf5Entry *group, GError **error);
bool dnn_hdf5_read_link (DnnHdf5 *self, DnnHdf5Cursor message,
                         DnnHdf5Entry *group, GError **error);

/* Refuses links and attributes that are not messages of the header, by the
 * message with their address. */
bool dnn_hdf5_check_info (const DnnHdf5 *self, const DnnHdf5Message *message,
                          GError **error);

/* hdf5-dataset.c: sizes of a dataspace message; a null one has the size 0. */
bool dnn_hdf5_read_shape (const DnnHdf5 *self, DnnHdf5Cursor message,
                          DnnShape *ret_shape, GError **error);
/* Fills the entry's tensor from the messages of a dataset's header. */
bool dnn_hdf5_read_dataset (DnnHdf5 *self, const GArray *messages,
                            DnnHdf5Entry *dataset, GError **error);

/* hdf5-chunk.c: puts the chunks of the tensor together in a block of its own;
 * `layout` is its message, after the class. */
bool dnn_hdf5_read_chunks (DnnHdf5 *self, DnnHdf5Cursor layout,
                           DnnNamedTensor *tensor, GError **error);

/* hdf5-attribute.c: a set by node and key, and an attribute of the node that is
 * read added to it. */
GHashTable *dnn_hdf5_attributes_new (void);
bool dnn_hdf5_note_attribute (DnnHdf5 *self, const DnnHdf5Node *node,
                              DnnHdf5Cursor message, GError **error);

G_END_DECLS
