/* dnn-row-weights.h - how often rows, or their elements, count in the loss
 *
 * What the split says of each row, times what the training says of its class.
 */
#pragma once

#include "dnn-data.h"
#include "dnn-plan.h"

DNN_BEGIN_DECLS

typedef struct DnnRowWeights {
  const double *classes; /* borrowed; NULL: 1 for all */
  int64_t n_classes;
  int64_t n; /* numbers of a row: one, or one for each element */
} DnnRowWeights;

/* Numbers of a row: one, or one of each element, where the split has such, or
 * where an element has a class and predictions have a mask. */
void dnn_row_weights_set_plan (DnnRowWeights *self, const DnnSplit *split,
                               const DnnPlan *plan);
/* True if weights by element are of elements that predictions have. */
bool dnn_row_weights_check (const DnnSplit *split, const DnnPlan *plan,
                            GError **error);
/* True if any weight is there; else all are 1. */
bool dnn_row_weights_are_set (const DnnRowWeights *self, const DnnSplit *split);
/* Those of row `row` of the source, which has these targets. */
void dnn_row_weights_get (const DnnRowWeights *self, const DnnSplit *source,
                          int64_t row, const float *targets,
                          float *ret_weights);

DNN_END_DECLS
