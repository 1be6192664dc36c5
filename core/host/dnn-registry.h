/* dnn-registry.h - finds plugins on disk and hands them out by kind and name
 *
 * Folders are searched in order, first hit wins: those given to new, then
 * DNN_PLUGIN_PATH, $XDG_DATA_HOME/dnn/plugins-1, <libdir>/dnn/plugins-1.  In a
 * folder a plugin is <kind folder>/<name>.so, else <name>.so; acme.lstm is then
 * looked for in acme.so, which may hold several.  It is opened when it is first
 * asked for, and never closed: what find returns lives as long as the process.
 */
#pragma once

#include <dnn/plugin.h>

#include "dnn-candidates.h"
#include "dnn-error.h"

DNN_BEGIN_DECLS

typedef struct DnnRegistry DnnRegistry;

/* `folders`: separated by ':', searched first; may be NULL. */
DnnRegistry *dnn_registry_new (const char *folders);
DnnRegistry *dnn_registry_ref (DnnRegistry *self);
void dnn_registry_unref (DnnRegistry *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnnRegistry, dnn_registry_unref)

/* From now on these are searched first, ':' between them.  What was found
 * before stays what it is. */
void dnn_registry_add_folders (DnnRegistry *self, const char *folders);
/* Searches these alone, to take an addition back. */
void dnn_registry_set_folders (DnnRegistry *self, const char *const *folders);

/* From now on a model may name layers, activations and initializers that are
 * not there or are refused: it can be looked at, and not run. */
void dnn_registry_allow_missing (DnnRegistry *self);
/* True if `error`, of finding a plugin of one of these kinds, is to be passed
 * over for that. */
bool dnn_registry_forgives (DnnRegistry *self, const DnnKind *kinds,
                            size_t n_kinds, const char *name,
                            const GError *error);

/* True if a file of that kind and name is there; it may still be refused. */
bool dnn_registry_has (DnnRegistry *self, DnnKind kind, const char *name);

/* Returns: (transfer none): the plugin.  An unknown name is DNN_ERROR_NAME,
 * with the nearest names and the folders searched; what cannot be used is
 * DNN_ERROR_PLUGIN. */
const DnnPlugin *dnn_registry_find (DnnRegistry *self, DnnKind kind,
                                    const char *name, GError **error);

/* Opens this very file; from then on its plugins are what find returns for
 * their kinds and names, whatever lies in the folders.
 * Returns: (transfer container): one or more const DnnPlugin *. */
GPtrArray *dnn_registry_open (DnnRegistry *self, const char *path,
                              GError **error);

/* The plugin whose code runs: `plugin` itself, or the one it is based on. */
const DnnPlugin *dnn_registry_resolve (DnnRegistry *self,
                                       const DnnPlugin *plugin, GError **error);

/* Every candidate in every folder, sorted by kind and name; opens none.
 * Returns: (transfer full): an array of DnnCandidate. */
GPtrArray *dnn_registry_list (DnnRegistry *self);

/* Names of one kind, unshadowed.  Returns: (transfer full). */
char **dnn_registry_names (DnnRegistry *self, DnnKind kind);

/* The files of that kind and name in the order in which they are searched: the
 * first is what find opens, the others are shadowed.  Opens those that lie in
 * no kind's folder, to know their kind.  Returns: (transfer full). */
char **dnn_registry_files (DnnRegistry *self, DnnKind kind, const char *name);

/* Sets DNN_ERROR_NAME: "there is no layer or activation plugin 'x'; did you
 * mean ...? (searched: ...)"; where nothing is near, also what to install. */
void dnn_registry_set_unknown (DnnRegistry *self, const DnnKind *kinds,
                               size_t n_kinds, const char *name,
                               GError **error);

/* The folders, in order.  Returns: (transfer none). */
const char *const *dnn_registry_folders (DnnRegistry *self);

/* Changes that plugins made to the process when they were loaded, a sentence
 * each.
 * Returns: (transfer none). */
const GPtrArray *dnn_registry_notes (DnnRegistry *self);

DNN_END_DECLS
