/* dnn-objectives.h - an objective for each output of a model
 *
 * The loss that trains is the sum of the outputs' losses, each times its
 * factor, and of what layers and regularizers add.  A model with several
 * outputs has metrics of their names, of which the first are its losses:
 * a_loss, b_loss, a_accuracy, ... (as Keras names them).
 */
#pragma once

#include "dnn-feeder.h"
#include "dnn-objective.h"

DNN_BEGIN_DECLS

typedef struct DnnObjectives DnnObjectives;

/* As a section [train] has them. */
typedef struct DnnObjectiveTexts {
  const char *loss;    /* "a: mean_squared_error, b: 0.3 * huber" */
  const char *metrics; /* "a: accuracy, mean_absolute_error"; or NULL */
  const char *weighted_metrics; /* likewise */
} DnnObjectiveTexts;

/* A loss without a name is that of every output, and `none` is no loss, where
 * layers have some; metrics without one measure
 * all of them. */
DnnObjectives *dnn_objectives_new (const DnnModel *model,
                                   const DnnObjectiveTexts *texts,
                                   GError **error);
void dnn_objectives_free (DnnObjectives *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnnObjectives, dnn_objectives_free)

/* As dnn_objective_check, output by output: `targets` has a shape for each, and
 * ret_expected (may be NULL) room for as many. */
bool dnn_objectives_check (DnnObjectives *self, const DnnShapes *targets,
                           DnnExpected *ret_expected, GError **error);

/* As dnn_objective_weigh_elements, for all outputs. */
void dnn_objectives_weigh_elements (DnnObjectives *self, uint32_t axes);
/* Metrics are in the units of the files' targets. */
void dnn_objectives_set_units (DnnObjectives *self,
                               const DnnPreprocess *preprocess);
/* DNN_ERROR_SHAPE for data that have not a target for each output; false. */
bool dnn_objectives_set_count (const DnnModel *model, uint32_t n_targets,
                               GError **error);

/* Options of a plan that has these losses. */
DnnPlanLoss dnn_objectives_plan_loss (const DnnObjectives *self);
/* That of output i.  Returns: (transfer none). */
DnnObjective *dnn_objectives_at (const DnnObjectives *self, uint32_t i);

/* Metrics of one number each, and the others; each knows its state. */
size_t dnn_objectives_n_metrics (const DnnObjectives *self);
const DnnMetric *dnn_objectives_metric (const DnnObjectives *self, size_t i);
double dnn_objectives_result (const DnnObjectives *self, size_t i);
size_t dnn_objectives_n_tables (const DnnObjectives *self);
const DnnMetric *dnn_objectives_table (const DnnObjectives *self, size_t i);
/* Returns: (transfer full). */
double *dnn_objectives_table_values (const DnnObjectives *self, size_t i);

/* To be kept with a run and put back, with the states of the metrics.
 * Returns: (transfer none). */
DnnObjectiveState *dnn_objectives_state (DnnObjectives *self);
/* Forgets the epoch so far. */
void dnn_objectives_reset (DnnObjectives *self);
/* Sets the penalty of regularizers, added to the loss of every sample. */
void dnn_objectives_set_penalty (DnnObjectives *self, double penalty);

/* Takes a batch in; `trains`: writes the gradients of those outputs that
 * somebody wants one of, too. */
bool dnn_objectives_update (DnnObjectives *self, const DnnBatch *batch,
                            bool trains, GError **error);
/* As dnn_objective_look_again, the sum of all. */
bool dnn_objectives_look_again (DnnObjectives *self, const DnnBatch *batch,
                                double *ret_loss, GError **error);
/* Writes these gradients alone. */
bool dnn_objectives_gradient (DnnObjectives *self, const DnnBatch *batch,
                              GError **error);
/* Mean loss over samples: of the epoch so far, and of the last batch. */
double dnn_objectives_loss (const DnnObjectives *self);
double dnn_objectives_batch_loss (const DnnObjectives *self);

DNN_END_DECLS
