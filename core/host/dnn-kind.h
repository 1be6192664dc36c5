/* dnn-kind.h - the kinds of plugins: their names and folders
 *
 * The one table to extend when a kind is added.
 */
#pragma once

#include <dnn/plugin.h>

#include "dnn-decls.h"

DNN_BEGIN_DECLS

#define DNN_N_KINDS 7

/* "layer", ... */
const char *dnn_kind_name (DnnKind kind);
/* "layers", ...: the folder below a plugin folder. */
const char *dnn_kind_folder (DnnKind kind);
/* 0 where there is none of that name. */
DnnKind dnn_kind_from_name (const char *name);
/* The least struct_size that the kind's ops must have. */
uint32_t dnn_kind_ops_size (DnnKind kind);
/* Name of the first function that must be there and is not; NULL: all are. */
const char *dnn_kind_missing_op (DnnKind kind, const void *ops);

DNN_END_DECLS
