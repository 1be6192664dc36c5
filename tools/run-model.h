/* run-model.h - the model that a verb's argument means */
#pragma once

#include "command.h"

/* The file itself, or of the folder of a run its best model, where there is
 * one, else its last; stderr says which, unless `common` is quiet.
 * Returns: (transfer full): NULL with an error. */
char *find_model (const char *path, const Common *common, GError **error);
