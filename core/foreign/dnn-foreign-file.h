/* dnn-foreign-file.h - a file of a stranger's, while it is read
 *
 * It has the name that starts every message, and all memory for what the file
 * describes: never more than dnn_file_unpack_limit of its size, whatever the
 * file promises.  Memory is freed with it, at once.
 */
#pragma once

#include "dnn-error.h"

G_BEGIN_DECLS

typedef struct DnnForeignFile DnnForeignFile;

/* The bytes of the file are kept, and shared. */
DnnForeignFile *dnn_foreign_file_new (const char *name, GBytes *bytes);
void dnn_foreign_file_free (DnnForeignFile *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnnForeignFile, dnn_foreign_file_free)

const char *dnn_foreign_file_name (const DnnForeignFile *self);

/* Counts `n` bytes that somebody else allocates; DNN_ERROR_FORMAT where the
 * file describes more than it may. */
bool dnn_foreign_file_spend (DnnForeignFile *self, size_t n, GError **error);

/* `n` bytes, zeroed, aligned for any type. */
void *dnn_foreign_file_take (DnnForeignFile *self, size_t n, GError **error);

/* A copy of the `n` bytes at `data` that ends in 0.  DNN_ERROR_FORMAT where
 * they hold a zero byte, which would hide the rest. */
char *dnn_foreign_file_text (DnnForeignFile *self, const void *data, size_t n,
                             GError **error);

/* Keeps bytes that were spent, or lie in the file, for as long as the file.
 * `bytes` are (transfer full). */
void dnn_foreign_file_keep (DnnForeignFile *self, GBytes *bytes);
/* The same of another file, whose size counts as this one's. */
void dnn_foreign_file_join (DnnForeignFile *self, GBytes *bytes);

/* Sets DNN_ERROR_FORMAT, "NAME: sentence"; returns false. */
bool dnn_foreign_file_fail (const DnnForeignFile *self, GError **error,
                            const char *format, ...) G_GNUC_PRINTF (3, 4);

/* Maps the file that `location` names, relative to `folder`: refused by a
 * sentence is a path that is absolute or has "." or ".." in it, one with a
 * symbolic link on it, and what is no regular file with one name. */
GBytes *dnn_foreign_file_map_below (const DnnForeignFile *self,
                                    const char *folder, const char *location,
                                    GError **error);

G_END_DECLS
