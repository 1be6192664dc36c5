/* dnn-private.h - what the parts of the library see of one another's insides */
#pragma once

#include "dnn-feeder.h"
#include "dnn-objective.h"
#include "dnn-optimizer.h"
#include "dnn-trainer.h"

/* Returns: (transfer none). */
DnnOptimizer *dnn_trainer_optimizer (const DnnTrainer *self);

/* Rows that are evaluated at once. */
enum { DNN_EVALUATION_BATCH = 256 };

/* A pass over all batches in inference mode. */
bool dnn_evaluate_feeder (DnnObjective *objective, DnnFeeder *feeder,
                          const DnnPassInfo *info, double *ret_loss,
                          double *ret_metrics, GError **error);

/* Why the loss of such a pass is not finite, in words, of the first batch of
 * which it is not.  Returns: (transfer full): NULL on failure. */
char *dnn_evaluate_explain (DnnModel *model, DnnObjective *objective,
                            DnnFeeder *feeder, GError **error);
