/* dnn-archive.h - members of a zip archive, where they lie or unpacked
 *
 * Nothing is ever written to disk.  Bytes that it hands out outlive it.
 */
#pragma once

#include <stdint.h>

#include "dnn-error.h"

DNN_BEGIN_DECLS

typedef struct DnnArchive DnnArchive;

/* Opens an archive, which libzip holds to be consistent.  `name` starts every
 * error message. */
DnnArchive *dnn_archive_parse (const char *name, GBytes *bytes, GError **error);
void dnn_archive_free (DnnArchive *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnnArchive, dnn_archive_free)

/* Fails unless all members' names are relative and stay below their folder. */
bool dnn_archive_check_names (const DnnArchive *self, GError **error);

/* The names of its members, in the archive's order; "" where one has none. */
size_t dnn_archive_count (const DnnArchive *self);
const char *dnn_archive_name (const DnnArchive *self, size_t i);

bool dnn_archive_has (const DnnArchive *self, const char *member);

/* Bytes that the member has when it is unpacked, as the archive says; 0 where
 * it does not say so or has no such member. */
uint64_t dnn_archive_size (const DnnArchive *self, const char *member);

/* The bytes of the member `member`, compared with their checksum.  Those that
 * are stored stay where they are in the archive, at any address; those that are
 * packed are unpacked, up to dnn_file_unpack_limit.  `label` starts what is
 * said of the member; NULL: "NAME:MEMBER".  DNN_ERROR_NAME where there is none
 * of that name.  Returns: (transfer full) */
GBytes *dnn_archive_member (DnnArchive *self, const char *member,
                            const char *label, GError **error);

DNN_END_DECLS
