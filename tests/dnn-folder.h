/* dnn-folder.h - folders of their own for tests, with copies of plugins */
#pragma once

#include "dnn-decls.h"

typedef struct DnnFolder {
  char *path; /* (owned) */
} DnnFolder;

DnnFolder *dnn_folder_new (void);
/* Removes it with all that is in it. */
void dnn_folder_free (DnnFolder *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnnFolder, dnn_folder_free)

/* Copies the file `from` to `to` in the folder, which may name folders that
 * are made.  Returns: (transfer full): the path. */
char *dnn_folder_copy (DnnFolder *self, const char *from, const char *to);
/* The same for the first `n` bytes of a text or other block. */
char *dnn_folder_write (DnnFolder *self, const char *to, const char *bytes,
                        size_t n);
/* A built plugin, "activations/relu". */
char *dnn_folder_copy_plugin (DnnFolder *self, const char *plugin,
                              const char *to);
/* Path of a built plugin, and of one of tests/bad-plugins. */
char *dnn_built_plugin (const char *plugin);
char *dnn_bad_plugin (const char *name);
