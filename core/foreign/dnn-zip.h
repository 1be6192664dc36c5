/* dnn-zip.h - members of a zip archive, unpacked within a foreign file's bounds
 */
#pragma once

#include "dnn-foreign-file.h"

G_BEGIN_DECLS

typedef struct DnnZip DnnZip;

/* Opens the archive in `bytes`, which are those of `file`; both must live
 * longer. */
DnnZip *dnn_zip_open (DnnForeignFile *file, GBytes *bytes, GError **error);
void dnn_zip_free (DnnZip *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnnZip, dnn_zip_free)

size_t dnn_zip_count (const DnnZip *self);
/* Path of member i; "" where it has none. */
const char *dnn_zip_name (const DnnZip *self, size_t i);
bool dnn_zip_find (const DnnZip *self, const char *name, size_t *ret_i);

/* Unpacks member i, compares its checksum.  Returns: (transfer none): its
 * bytes, owned by the file; NULL with DNN_ERROR_FORMAT. */
void *dnn_zip_read (DnnZip *self, size_t i, size_t *ret_size, GError **error);

G_END_DECLS
