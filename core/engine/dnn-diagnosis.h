/* dnn-diagnosis.h - where a value stopped being finite */
#pragma once

#include "dnn-feeder.h"
#include "dnn-objectives.h"
#include "dnn-optimizer.h"

DNN_BEGIN_DECLS

/* A batch, gathered anew, and the step that it belongs to; all borrowed. */
typedef struct DnnDiagnosis {
  DnnModel *model;
  DnnFeeder *feeder;
  const DnnBatch *batch; /* the feeder's */
  DnnObjectives *objective;
  DnnPassInfo info;
  int64_t epoch; /* from 1 */
} DnnDiagnosis;

/* The first weight that is not finite and was not before this step's forward
 * either; NULL: there is none.  Moving buffers do not count: forward writes
 * them.  Returns: (transfer none). */
const DnnWeight *dnn_diagnosis_find_weight (const DnnModel *model);

/* The first weight, buffer or slot of the optimizer (may be NULL) that is not
 * finite, in words: "the weight 'dense/kernel'".
 * Returns: (transfer full): NULL where all are. */
char *dnn_diagnosis_check (const DnnModel *model,
                           const DnnOptimizer *optimizer);

/* True if a model that nobody trains is finite; DNN_ERROR_DIVERGED names the
 * first weight or buffer that is not. */
bool dnn_diagnosis_check_model (const DnnModel *model, GError **error);

/* Why the loss of a batch is not finite, in words, by running it again layer by
 * layer up to the first whose output is not.  Returns: (transfer full). */
char *dnn_diagnosis_explain_loss (const DnnDiagnosis *self);

/* Sets DNN_ERROR_DIVERGED for a batch whose loss is `loss`, with that. */
void dnn_diagnosis_set_loss_error (const DnnDiagnosis *self, double loss,
                                   GError **error);

/* Sets DNN_ERROR_DIVERGED for a step that left `what` not finite though its
 * loss was, by running it again, forward and back.  Weights are to be as they
 * were before the step. */
void dnn_diagnosis_set_step_error (const DnnDiagnosis *self, const char *what,
                                   GError **error);

DNN_END_DECLS
