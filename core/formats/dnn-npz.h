/* dnn-npz.h - reads one array of an .npz, NumPy's zip archive of .npy files */
#pragma once

#include "dnn-array.h"

DNN_BEGIN_DECLS

/* The array `member` ("x" is the file x.npy in the archive).  Where that is
 * NULL: the only array there is, or the first of the NULL-terminated `likely`
 * names that there is.  `name` starts every error message.
 *
 * Packed members are unpacked into memory, up to dnn_file_unpack_limit; of
 * stored ones the array looks at `bytes`. */
DnnArray *dnn_npz_parse (const char *name, GBytes *bytes, const char *member,
                         const char *const *likely, GError **error);

/* The path of the archive in "data.npz:x"; NULL where `path` names no member.
 * `ret_member` points to its name, in `path`. */
char *dnn_npz_split_path (const char *path, const char **ret_member);

DNN_END_DECLS
