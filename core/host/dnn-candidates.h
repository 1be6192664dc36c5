/* dnn-candidates.h - what lies in the folders, without opening it
 *
 * `folders` are NULL-terminated, in the order in which they are searched.
 */
#pragma once

#include <dnn/plugin.h>
#include <stdbool.h>

#include "dnn-decls.h"

DNN_BEGIN_DECLS

/* A file that may be a plugin. */
typedef struct DnnCandidate {
  DnnKind kind;   /* 0 in DIR/<name>.so: known when it is opened */
  char *name;     /* (owned) */
  char *path;     /* (owned) */
  unsigned order; /* in which it is searched: the least is found first */
  bool shadowed;  /* one that is searched earlier has its kind and name */
} DnnCandidate;

/* Every candidate in every folder, sorted by kind and name; opens none.
 * Returns: (transfer full): an array of DnnCandidate. */
GPtrArray *dnn_candidates_list (const char *const *folders);

/* Sets `shadowed` of all anew: to be called when the kind of a DIR/<name>.so
 * became known. */
void dnn_candidates_mark_shadowed (GPtrArray *list);

/* Names of one kind, unshadowed.  Returns: (transfer full). */
char **dnn_candidates_names (const char *const *folders, DnnKind kind);

/* Sets DNN_ERROR_NAME: see dnn_registry_set_unknown. */
void dnn_candidates_set_unknown (const char *const *folders,
                                 const DnnKind *kinds, size_t n_kinds,
                                 const char *name, GError **error);

DNN_END_DECLS
