/* resources.h - texts that are part of the program */
#pragma once

#include <dnn-table-choice.h>

/* A text that is part of the program.  Returns: (transfer full). */
char *load_text (const char *name, GError **error);

/* An experiment that is part of the program.  Returns: (transfer full). */
DnnExperiment *load_resource (const char *name, GError **error);

/* Takes .dnn, or the end of the name of a table, from a name. */
void cut_suffix (char *name);

/* An experiment for a table, from the templates that are part of the program.
 * Returns: (transfer full). */
DnnTableChoice *choose_for_table (const char *path, const char *target,
                                  const char *layers, char **sets,
                                  GError **error);
