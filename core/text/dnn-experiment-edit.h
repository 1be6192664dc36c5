/* dnn-experiment-edit.h - one key of an experiment file, changed in its place
 *
 * What a program writes anew loses its comments; this keeps every byte that is
 * not of the value.
 */
#pragma once

#include "dnn-experiment.h"

DNN_BEGIN_DECLS

/* The text with `key` of `section` set to `value`; a key or a section that is
 * not there is added.  `name` starts every error message.
 * Returns: (transfer full). */
char *dnn_experiment_edit_text (const char *name, const char *text,
                                const char *section, const char *key,
                                const char *value, GError **error);

/* The same for a file, which is replaced whole or not at all.  A symbolic link
 * stays one. */
bool dnn_experiment_edit_file (const char *path, const char *section,
                               const char *key, const char *value,
                               GError **error);

DNN_END_DECLS
