/* dnn-validate.h - an experiment against the plugins, without training it */
#pragma once

#include "dnn-experiment.h"
#include "dnn-registry.h"

DNN_BEGIN_DECLS

/* True if the experiment can be trained: its sections and keys, its data, its
 * model, its phases.  The first fault is the error.
 *
 * Where its data are not there, and it says its input_shape, all but the data
 * is looked at; `ret_note` (may be NULL) is then a sentence that says so, else
 * NULL.  It is the caller's to free. */
bool dnn_experiment_validate (DnnRegistry *registry,
                              const DnnExperiment *experiment, char **ret_note,
                              GError **error);

DNN_END_DECLS
