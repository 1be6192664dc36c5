/* dnn-kind.h - the kinds of plugins: their names, folders and keys
 *
 * Kinds are 1 to dnn_kind_count ().
 */
#pragma once

#include <dnn/plugin.h>

#include "dnn-decls.h"

DNN_BEGIN_DECLS

unsigned dnn_kind_count (void);
/* "layer", ... */
const char *dnn_kind_name (DnnKind kind);
/* "layers", ...: the folder below a plugin folder. */
const char *dnn_kind_folder (DnnKind kind);
/* 0 where there is none of that name. */
DnnKind dnn_kind_from_name (const char *name);
/* The kinds whose names are nearest, as a sentence.  Returns: (transfer full).
 */
char *dnn_kind_suggest (const char *word);
/* The keys that the host adds to the parameters of a kind's plugins, as a
 * table; NULL: none. */
const DnnPlugin *dnn_kind_keys (DnnKind kind);
/* Their names, NULL-terminated.  Returns: (transfer container). */
const char **dnn_kind_key_names (DnnKind kind);
/* The least struct_size that the kind's ops must have. */
uint32_t dnn_kind_ops_size (DnnKind kind);
/* Name of the first function that must be there and is not; NULL: all are. */
const char *dnn_kind_missing_op (DnnKind kind, const void *ops);

DNN_END_DECLS
