/* plugins.h - a plugin that a run is to open, tried elsewhere first */
#pragma once

#include <dnn-run.h>

/* Opens every plugin file whose name stands in one of the values, in a process
 * of its own: one that crashes or hangs there does not do so in the run.
 * `folders` are searched first; may be NULL. */
bool check_plugins (DnnRun *run, const char *const *sets, const char *folders,
                    GError **error);
