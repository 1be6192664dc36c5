/* dnn-split.h - a list of rows of one pair of arrays
 *
 * Holds references to the arrays, which other splits may share.
 */
#pragma once

#include "dnn-array.h"

DNN_BEGIN_DECLS

typedef struct DnnSplit {
  DnnArray *inputs;        /* (owned reference) */
  DnnArray *targets;       /* (owned reference) */
  const char *inputs_name; /* interned: where they come from */
  const char *targets_name;
  DnnArray *weights; /* (owned reference) one a row; NULL: all 1 */
  int64_t *rows;     /* (owned) indices into all; NULL: first, first + 1, ... */
  int64_t first;     /* where `rows` is NULL */
  int64_t n;
} DnnSplit;

/* A split of `n_rows` rows from `first` on.  Arrays are referenced. */
DnnSplit *dnn_split_new (DnnArray *inputs, DnnArray *targets, int64_t first,
                         int64_t n_rows);
void dnn_split_free (DnnSplit *self);

/* The place in both arrays of row `i` of the split. */
static inline int64_t
dnn_split_row (const DnnSplit *self, int64_t i)
{
  return self->rows != NULL ? self->rows[i] : self->first + i;
}

/* Whether rows of the split are read from a file when they are looked at; else
 * all of them are in memory already. */
static inline bool
dnn_split_is_mapped (const DnnSplit *self)
{
  return self->inputs->mapped || self->targets->mapped;
}

/* Gives every row of the split's arrays its weight: `weights` has one number of
 * 0 or more a row, and is referenced.  `name` starts error messages. */
bool dnn_split_set_weights (DnnSplit *self, const char *name, DnnArray *weights,
                            GError **error);

DNN_END_DECLS
