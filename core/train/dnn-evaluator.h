/* dnn-evaluator.h - loss and metrics of a trained model on data */
#pragma once

#include "dnn-model-file.h"

DNN_BEGIN_DECLS

/* A result of several numbers: one or two dimensions have a name for each
 * class, where their size is that of the model's class_names. */
typedef struct DnnEvaluationTable {
  char *name;          /* (owned) */
  const char *summary; /* what its numbers are */
  DnnShape shape;
  double *values; /* (owned) row after row */
} DnnEvaluationTable;

typedef struct DnnEvaluation {
  const char *split; /* "test", "validation" or "train" */
  int64_t n_rows;
  double loss;
  char **metrics;     /* (owned) names of those of one number */
  double *values;     /* (owned) one a metric */
  GPtrArray *tables;  /* (owned) of DnnEvaluationTable */
  char **class_names; /* (owned) NULL: not known */
  GPtrArray *notes;   /* (owned) of DnnDataNote, about the data */
  char *fault;        /* (owned) why the loss is not finite; NULL: it is */
} DnnEvaluation;

typedef struct DnnEvaluationOptions {
  const char *split;   /* "test", ...; NULL: the first there is of test,
                        * validation, train */
  const char *metrics; /* NULL: those of the model's training */
  unsigned threads;    /* 0: one a processor */
  bool flips;          /* predictions are means: see dnn-flips.h */
} DnnEvaluationOptions;

/* Evaluates the model on the section [data] of `experiment`, or of its own
 * where that is NULL, with the preprocessing that is stored in the file.  A
 * weight that is not finite is DNN_ERROR_DIVERGED. */
DnnEvaluation *dnn_evaluate (DnnModelFile *file,
                             const DnnExperiment *experiment,
                             const DnnEvaluationOptions *options,
                             GError **error);
/* The meaning of a model's predictions. */
typedef struct DnnMeaning {
  DnnScores scores; /* to the loss that trained it; a file that does not say
                     * which has probabilities */
  bool classes;     /* they are about classes, not numbers of anything */
} DnnMeaning;
/* Of output number `output_number`. */
DnnMeaning dnn_evaluate_meaning (const DnnModelFile *file,
                                 uint32_t output_number);
void dnn_evaluation_free (DnnEvaluation *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnnEvaluation, dnn_evaluation_free)

DNN_END_DECLS
