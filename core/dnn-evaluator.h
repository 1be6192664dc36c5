/* dnn-evaluator.h - loss and metrics of a trained model on data */
#pragma once

#include "dnn-model-file.h"

DNN_BEGIN_DECLS

typedef struct DnnEvaluation {
  const char *split; /* "test", "validation" or "train" */
  int64_t n_rows;
  double loss;
  char **metrics; /* (owned) names */
  double *values; /* (owned) one a metric */
} DnnEvaluation;

/* Evaluates the model on the section [data] of `experiment`, or of its own
 * where that is NULL, with the preprocessing that is stored in the file.
 * `split`: "test", "validation", "train", or NULL: test if there is one, else
 * validation, else train. */
DnnEvaluation *dnn_evaluate (DnnModelFile *file,
                             const DnnExperiment *experiment, const char *split,
                             unsigned threads, GError **error);
void dnn_evaluation_free (DnnEvaluation *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnnEvaluation, dnn_evaluation_free)

DNN_END_DECLS
