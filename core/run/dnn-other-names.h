/* dnn-other-names.h - one parameter by two names, of which the user's counts */
#pragma once

#include "dnn-experiment.h"
#include "dnn-registry.h"

DNN_BEGIN_DECLS

/* Where the command line sets a parameter of an optimizer or a layer (see
 * dnn_experiment_override) that the file, or a default, sets by another name:
 * takes the other out. */
void dnn_other_names_drop (DnnRegistry *registry, DnnExperiment *experiment);

DNN_END_DECLS
