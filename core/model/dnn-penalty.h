/* dnn-penalty.h - regularizers and constraints: what the host does to weights
 *
 * As in Keras: L1 adds λ Σ|w| to the loss and L2 adds λ Σw² (no half), not
 * divided by the batch.  After an update a constraint scales each column of
 * norm n by d / (1e-7 + n), d = rate clip (n, min, max) + (1 - rate) n, which
 * is max_norm (min 0, rate 1), unit_norm (min = max = 1) and min_max_norm, or
 * sets what is negative to 0 (non_neg).
 */
#pragma once

#include <dnn/abi/param.h>

#include "dnn-spec.h"

DNN_BEGIN_DECLS

/* `kernel_regularizer = l2(l2=0.01)`, as numbers; 0 and 0: none. */
typedef struct DnnRegularizer {
  double l1;
  double l2;
} DnnRegularizer;

/* `kernel_constraint = max_norm(max_value=2, axis=0)`. */
typedef struct DnnConstraint {
  int32_t kind;     /* 0: none; the parser's own */
  double min_value; /* of norms */
  double max_value;
  double rate;  /* how far a norm goes towards its range at a step */
  int64_t axis; /* that norms are taken along */
} DnnConstraint;

bool dnn_regularizer_parse (const char *text, DnnRegularizer *ret_regularizer,
                            GError **error);
bool dnn_constraint_parse (const char *text, DnnConstraint *ret_constraint,
                           GError **error);

bool dnn_regularizer_is_set (const DnnRegularizer *self);
/* What it adds to the loss. */
double dnn_regularizer_loss (const DnnRegularizer *self, const float *w,
                             int64_t n);
/* Adds its gradient to g. */
void dnn_regularizer_add_gradient (const DnnRegularizer *self, const float *w,
                                   float *g, int64_t n);

bool dnn_constraint_is_set (const DnnConstraint *self);
void dnn_constraint_apply (const DnnConstraint *self, DnnTensor *w);

DNN_END_DECLS
