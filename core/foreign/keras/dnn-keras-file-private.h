/* dnn-keras-file-private.h - a Keras file while it is read */
#pragma once

#include "dnn-hdf5.h"
#include "dnn-keras-file.h"

G_BEGIN_DECLS

typedef struct DnnKerasEntry {
  DnnKerasGroup group;
  char *name;      /* (owned) */
  char *layer;     /* (owned) or NULL */
  GArray *weights; /* (owned) DnnNamedTensor */
  char **names;    /* (owned) of weights, or NULL: the HDF5 file has them */
} DnnKerasEntry;

struct DnnKerasFile {
  char *name; /* (owned) of the file */
  DnnKerasForm form;
  char *version;       /* (owned) or NULL */
  JsonObject *model;   /* (owned) or NULL */
  DnnHdf5 *hdf5;       /* (owned) */
  GPtrArray *entries;  /* (owned) DnnKerasEntry */
  GHashTable *by_name; /* (owned) name -> entry */
  size_t n_optimizer;
};

/* keras-entry.c: adds a group; takes all but `self`, and refuses a second of
 * its name.  Groups without weights are dropped. */
bool dnn_keras_add_group (DnnKerasFile *self, DnnKerasEntry *entry,
                          GError **error);
DnnKerasEntry *dnn_keras_entry_new (const char *name, const char *layer);
void dnn_keras_entry_free (DnnKerasEntry *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnnKerasEntry, dnn_keras_entry_free)

/* keras-groups.c: the groups of the HDF5 file, in either form. */
bool dnn_keras_read_groups (DnnKerasFile *self, GError **error);

/* keras-config.c: parses and checks the model's description. */
bool dnn_keras_read_model (DnnKerasFile *self, const char *place,
                           const char *text, size_t n, GError **error);
/* The same for metadata.json, of which the version is kept. */
bool dnn_keras_read_metadata (DnnKerasFile *self, const char *place,
                              const char *text, size_t n, GError **error);

G_END_DECLS
