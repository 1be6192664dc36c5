/* dnn-lock.h - one writer in a folder at a time
 *
 * The system's lock (flock) on a file `.lock` in the folder: it goes with the
 * process that holds it, however that ends, so a file that is left means
 * nothing.  The file stays: to remove it would let two in.
 */
#pragma once

#include "dnn-error.h"

DNN_BEGIN_DECLS

typedef struct DnnLock DnnLock;

/* DNN_ERROR_USAGE where another holds it; DNN_ERROR_IO where the file cannot be
 * made.  A file system without locks refuses nobody. */
DnnLock *dnn_lock_new (const char *folder, GError **error);
void dnn_lock_free (DnnLock *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnnLock, dnn_lock_free)

DNN_END_DECLS
