/* sweep.h - many runs of one experiment, for verbs that are not sweep */
#pragma once

#include "command.h"

#include <dnn-experiment.h>

/* Trains the experiment once for each of `folds` parts of its rows, which then
 * validates, as many side by side as there are processors, and prints mean and
 * standard error.  `name` names the folder where `out` is NULL:
 * runs/NAME-folds; what is there already is not trained again. */
bool sweep_folds (DnnExperiment *experiment, const char *name, const char *out,
                  int64_t folds, const Common *common, GError **error);
