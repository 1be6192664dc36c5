/* dnn-inference.h - loss and metrics of all batches, without training */
#pragma once

#include "dnn-feeder.h"
#include "dnn-flips.h"
#include "dnn-objectives.h"

/* Rows per batch of an evaluation. */
enum { DNN_EVALUATION_BATCH = 256 };

/* Runs all batches in inference mode.  `ret_loss`: the mean over all rows, with
 * the model's penalty; `ret_metrics`: room for the objective's metrics of one
 * number. */
bool dnn_evaluate_feeder (DnnObjectives *objective, DnnFeeder *feeder,
                          const DnnPassInfo *info, double *ret_loss,
                          double *ret_metrics, GError **error);

/* The same by means over pictures and their mirror images; NULL: none. */
bool dnn_evaluate_feeder_flipped (DnnObjectives *objective, DnnFeeder *feeder,
                                  DnnFlips *flips, const DnnPassInfo *info,
                                  double *ret_loss, double *ret_metrics,
                                  GError **error);

/* Explains in words why the loss of such a pass is not finite, by the first
 * batch whose loss is not.  Returns: (transfer full): NULL on failure. */
char *dnn_evaluate_explain (DnnModel *model, DnnObjectives *objective,
                            DnnFeeder *feeder, GError **error);
