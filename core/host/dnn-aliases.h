/* dnn-aliases.h - other names of plugins: those that Keras has
 *
 * A folder of plugins may have a file `aliases`, of lines
 * "losses/mse = mean_squared_error"; '#' begins a comment.  Beside those a name
 * is another's where case and underscores alone differ: BatchNormalization is
 * batch_normalization.
 */
#pragma once

#include <dnn/plugin.h>

#include "dnn-decls.h"

DNN_BEGIN_DECLS

/* `folders` are NULL-terminated, in the order in which they are searched.
 * Returns: (transfer full): the plugin's own name, or NULL. */
char *dnn_aliases_find (const char *const *folders, DnnKind kind,
                        const char *name);

DNN_END_DECLS
