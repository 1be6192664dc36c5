/* dnn-preprocess.h - what is done to inputs before a model sees them
 *
 * y = (x scale - mean) / standard deviation, element by element.  Stored with
 * the model, so that evaluate and predict do the same.
 */
#pragma once

#include "dnn-source.h"

DNN_BEGIN_DECLS

typedef struct DnnPreprocess {
  double scale; /* 1: none */
  int64_t n;    /* elements of mean and deviation; 0: not standardized */
  float *mean;  /* (owned) of the scaled inputs */
  float *standard_deviation; /* (owned) 0 counts as 1 */
  char **class_names;        /* (owned) NULL where there are none */
  char **columns;            /* (owned) names of a table's inputs, or NULL */
} DnnPreprocess;

DnnPreprocess *dnn_preprocess_new (double scale);
void dnn_preprocess_free (DnnPreprocess *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnnPreprocess, dnn_preprocess_free)

/* Takes mean and standard deviation (of a population: divided by n) from the
 * given rows of `inputs`; where `rows` is NULL, from `first` on. */
void dnn_preprocess_fit (DnnPreprocess *self, const DnnSource *inputs,
                         const int64_t *rows, int64_t first, int64_t n_rows);

/* `n` rows, of these numbers, converted and transformed, to `out`. */
void dnn_preprocess_rows (const DnnPreprocess *self, const DnnSource *inputs,
                          const int64_t *rows, int64_t n, float *out);

DNN_END_DECLS
