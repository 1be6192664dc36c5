/* dnn-data-steps.h - the steps of the library */
#pragma once

#include "dnn-data-step.h"

DNN_BEGIN_DECLS

/* In the order in which they are applied, ending in NULL.  A program that
 * links the library statically may bring a table of its own. */
extern const DnnDataStepType *const dnn_data_step_types[];

/* A word's place, by its code: see dnn_csv_word_code. */
typedef struct DnnWordCode {
  double code;
  int64_t place;
} DnnWordCode;

/* The treatment of one column. */
typedef struct DnnColumn {
  char kind;     /* DNN_CSV_NUMBERS, _DATES or _WORDS */
  double offset; /* of numbers: subtracted, in double */
  double fill;   /* what an empty cell counts as: a number, or a word's place */
  bool flag;     /* a column of 0 and 1 says where cells were empty */
  char **words;  /* (owned) those of the training rows, sorted; else empty */
  int64_t n_words;
  DnnWordCode *codes; /* (owned) sorted by code */
} DnnColumn;

/* Columns to numbers: words become one-hot numbers, holes what is usual in the
 * training rows, and numbers far from 0 lose their mean before they become
 * float32.  Left out where none of it is needed. */
typedef struct DnnColumns {
  DnnDataStep base;
  bool fills, flags, shifts; /* what is asked for */
  DnnColumn *at;   /* (owned) one for each number of a row; NULL: not learnt */
  int64_t width;   /* numbers of a row afterwards */
  double *numbers; /* (owned) what a file borrows */
} DnnColumns;
extern const DnnDataStepType dnn_columns_type;
/* Not learnt yet. */
DnnDataStep *dnn_columns_new (void);
/* Names of the numbers that columns of these names become; NULL where they are
 * not its columns.  Returns: (transfer full). */
char **dnn_columns_names (const DnnDataStep *self, char **columns);

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

/* y = how many boundaries are x or less: bins of as many training numbers each,
 * as Keras' Discretization learns them. */
typedef struct DnnDiscretize {
  DnnDataStep base;
  int64_t bins;
  double epsilon;    /* how exact boundaries are, as a share of the numbers */
  float *boundaries; /* (owned) NULL: not learnt yet */
  int64_t n;
} DnnDiscretize;
extern const DnnDataStepType dnn_discretize_type;
/* Not learnt yet. */
DnnDataStep *dnn_discretize_new (int64_t bins, double epsilon);

DNN_END_DECLS
