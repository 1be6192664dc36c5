/* dnn-loader.h - opens one shared object and checks that it is a plugin
 *
 * What it returns is never unloaded (RTLD_NODELETE): a plugin lives as long as
 * the process.
 */
#pragma once

#include <dnn/plugin.h>

#include "dnn-error.h"

DNN_BEGIN_DECLS

/* Opens `path`.  `name` is the file's, without ".so": what its plugin must call
 * itself or, with a dot behind it, what the names of several begin with.
 * Refused: a file or folder that others can write, what is no shared object for
 * this machine, is truncated, exports neither dnn_plugin_v1 nor dnn_plugins_v1,
 * needs another ABI, or has a descriptor that lies.
 *
 * The floating-point mode, signal handlers and locale are as before; where the
 * plugin's loading changed them, `ret_note` (may be NULL) says so.
 * Returns: (transfer container): one or more const DnnPlugin *. */
GPtrArray *dnn_loader_open (const char *path, const char *name, char **ret_note,
                            GError **error);

/* True if nobody but the user and root can change this file or folder. */
bool dnn_loader_check_owner (const char *path, GError **error);

/* True if a plugin may be called so: "dense", "acme.swish". */
bool dnn_loader_is_name (const char *name);

/* Checks a descriptor alone. */
bool dnn_loader_check (const DnnPlugin *plugin, const char *name,
                       GError **error);

DNN_END_DECLS
