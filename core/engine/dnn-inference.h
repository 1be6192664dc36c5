/* dnn-inference.h - loss and metrics of all batches, without training */
#pragma once

#include "dnn-feeder.h"
#include "dnn-objective.h"

/* Rows that are evaluated at once. */
enum { DNN_EVALUATION_BATCH = 256 };

/* A pass over all batches in inference mode.  `ret_metrics` has room for the
 * objective's metrics of one number. */
bool dnn_evaluate_feeder (DnnObjective *objective, DnnFeeder *feeder,
                          const DnnPassInfo *info, double *ret_loss,
                          double *ret_metrics, GError **error);

/* Why the loss of such a pass is not finite, in words, of the first batch of
 * which it is not.  Returns: (transfer full): NULL on failure. */
char *dnn_evaluate_explain (DnnModel *model, DnnObjective *objective,
                            DnnFeeder *feeder, GError **error);
