/* dnn-model-section.h - [model] and [layer NAME] sections as a model */
#pragma once

#include "dnn-base.h"
#include "dnn-experiment.h"
#include "dnn-model.h"

DNN_BEGIN_DECLS

/* The model of section [model], or of the sections [layer NAME], without first
 * weights.  `inputs`: the shapes of a sample of the data; NULL: there are no
 * data, and [model] input_shape must be set, else DNN_ERROR_SHAPE.  `targets`:
 * likewise, of what it is trained on; NULL: [model] target_shape, or none. */
DnnModel *dnn_experiment_build_model (DnnRegistry *registry,
                                      const DnnExperiment *experiment,
                                      const DnnShapes *inputs,
                                      const DnnShapes *targets, GError **error);
/* The same without memory for the weights: shapes and counts alone. */
DnnModel *dnn_experiment_plan_model (DnnRegistry *registry,
                                     const DnnExperiment *experiment,
                                     const DnnShapes *inputs,
                                     const DnnShapes *targets, GError **error);
/* True if the model begins with the layers of a base; loads that base. */
bool dnn_experiment_has_base (const DnnExperiment *experiment);
DnnBase *dnn_experiment_load_base (DnnRegistry *registry,
                                   const DnnExperiment *experiment,
                                   GError **error);
/* True if [model] input_shape is set. */
bool dnn_experiment_has_input_shape (const DnnExperiment *experiment);

DNN_END_DECLS
