/* dnn-file.h - files read whole, and written whole or not at all
 *
 * Every failure is DNN_ERROR_IO with the path and the system's reason, but for
 * a file to read that is not there, DNN_ERROR_NAME, and gzip data that is
 * broken, DNN_ERROR_FORMAT.
 */
#pragma once

#include <stddef.h>

#include "dnn-error.h"

DNN_BEGIN_DECLS

/* Maps the regular file at `path` into memory, or reads a pipe to its end,
 * which can be done once; the data of an empty one are "", not NULL.  The bytes
 * stay what they are when the file is replaced by another of its name. */
GBytes *dnn_file_read (const char *path, GError **error);

/* The same as text; a NUL in it is DNN_ERROR_FORMAT, "PATH: this is no WHAT: it
 * is not text".  Returns: (transfer full): of any encoding. */
char *dnn_file_read_text (const char *path, const char *what, GError **error);

/* The most bytes that a packed file of `n` may unpack to: 60 MiB and four times
 * as much.  A few bytes can promise gigabytes, and real data pack less than
 * that or are small. */
size_t dnn_file_unpack_limit (size_t n);

/* Unpacks gzip data of any number of members, up to that limit.  `name` starts
 * every error message. */
GBytes *dnn_file_inflate (const char *name, GBytes *bytes, GError **error);

/* Unpacks no more than the first `n` bytes to `out`; how many there are, 0
 * where the data are broken. */
size_t dnn_file_inflate_start (GBytes *bytes, void *out, size_t n);

/* A file being written under a temporary name in its own directory.  One that
 * takes the place of another has its permissions; what is no regular file is
 * not replaced. */
typedef struct DnnFile DnnFile;

DnnFile *dnn_file_open (const char *path, GError **error);
/* Removes the temporary unless it was committed. */
void dnn_file_free (DnnFile *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnnFile, dnn_file_free)

bool dnn_file_write (DnnFile *self, const void *data, size_t n, GError **error);

/* Syncs the temporary and renames it to its path, the last thing to do with
 * it.  Until this returns, `path` is what it was. */
bool dnn_file_commit (DnnFile *self, GError **error);

/* Opens, writes and commits: `path` is then a file of these bytes, or what it
 * was. */
bool dnn_file_replace (const char *path, const void *data, size_t n,
                       GError **error);

/* Adds to the end of the regular file at `path`, which must have `at` bytes; it
 * is not synced.  After an error it may have some of the bytes. */
bool dnn_file_append (const char *path, size_t at, const void *data, size_t n,
                      GError **error);
/* Syncs what was appended. */
bool dnn_file_sync (const char *path, GError **error);

/* Removes the temporaries of `path` that a process left when it was killed;
 * nobody else may be writing the file. */
void dnn_file_remove_temporaries (const char *path);

DNN_END_DECLS
