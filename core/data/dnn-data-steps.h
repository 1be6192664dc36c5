/* dnn-data-steps.h - the steps of the library */
#pragma once

#include "dnn-data-step.h"

DNN_BEGIN_DECLS

/* In the order in which they are applied, ending in NULL.  A program that
 * links the library statically may bring a table of its own. */
extern const DnnDataStepType *const dnn_data_step_types[];

/* y = x factor. */
typedef struct DnnScale {
  DnnDataStep base;
  double factor; /* 1: nothing is done */
} DnnScale;
extern const DnnDataStepType dnn_scale_type;
DnnDataStep *dnn_scale_new (double factor);

/* y = (x - mean) / standard deviation, element by element; both are those of
 * the training rows, the latter of a population: divided by n. */
typedef struct DnnStandardize {
  DnnDataStep base;
  float *mean;               /* (owned) NULL: not learnt yet */
  float *standard_deviation; /* (owned) 0 counts as 1 */
} DnnStandardize;
extern const DnnDataStepType dnn_standardize_type;
/* Not learnt yet. */
DnnDataStep *dnn_standardize_new (void);

DNN_END_DECLS
