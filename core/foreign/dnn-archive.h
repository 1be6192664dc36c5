/* dnn-archive.h - members of a zip archive, where they lie or unpacked
 *
 * Nothing is ever written to disk.  The archive owns nothing that it hands
 * out.
 */
#pragma once

#include "dnn-error.h"

DNN_BEGIN_DECLS

typedef struct DnnArchive DnnArchive;

/* Opens an archive, which libzip holds to be consistent and whose members'
 * names are relative and stay below their folder.  `name` starts every error
 * message. */
DnnArchive *dnn_archive_parse (const char *name, GBytes *bytes, GError **error);
void dnn_archive_free (DnnArchive *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnnArchive, dnn_archive_free)

bool dnn_archive_has (const DnnArchive *self, const char *member);

/* The bytes of the member `member`, compared with their checksum.  Those that
 * are stored stay where they are in the archive, at any address; those that are
 * packed are unpacked, up to dnn_file_unpack_limit.  DNN_ERROR_NAME where there
 * is none of that name.  Returns: (transfer full) */
GBytes *dnn_archive_member (DnnArchive *self, const char *member,
                            GError **error);

DNN_END_DECLS
