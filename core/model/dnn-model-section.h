/* dnn-model-section.h - [model] and [layer NAME] sections as a model */
#pragma once

#include "dnn-base.h"
#include "dnn-experiment.h"
#include "dnn-model.h"

DNN_BEGIN_DECLS

/* The section [model] or [layer NAME] sections, as a model; `input` is the
 * shape of a sample of the data, or NULL where input_shape must say. */
DnnModel *dnn_experiment_build_model (DnnRegistry *registry,
                                      const DnnExperiment *experiment,
                                      const DnnShape *input, GError **error);
/* Whether the model begins with the layers of another, and that other. */
bool dnn_experiment_has_base (const DnnExperiment *experiment);
DnnBase *dnn_experiment_load_base (DnnRegistry *registry,
                                   const DnnExperiment *experiment,
                                   GError **error);
/* Whether the model's input shape is said in the experiment. */
bool dnn_experiment_has_input_shape (const DnnExperiment *experiment);

DNN_END_DECLS
