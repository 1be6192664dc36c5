/* resources.h - texts that are part of the program */
#pragma once

#include <dnn-experiment.h>

/* A text that is part of the program.  Returns: (transfer full). */
char *load_text (const char *name, GError **error);

/* An experiment that is part of the program.  Returns: (transfer full). */
DnnExperiment *load_resource (const char *name, GError **error);
