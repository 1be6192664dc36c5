/* dnn-split.h - a list of rows of sources that belong together
 *
 * Row i of every input and target is one sample.  A model with several inputs
 * has as many sources; engine/ feeds the first.  Holds references to the
 * sources, which other splits may share.
 */
#pragma once

#include "dnn-source.h"

DNN_BEGIN_DECLS

typedef struct DnnSplit {
  DnnSources inputs;  /* (owned) one or more */
  DnnSources targets; /* (owned) one or more */
  DnnSource *weights; /* (owned reference) one number a row, or one for each of
                       * its elements; NULL: all 1 */
  int64_t *rows; /* (owned) indices into all; NULL: first, first + 1, ... */
  int64_t first; /* if `rows` is NULL */
  int64_t n;
} DnnSplit;

/* A split of `n_rows` rows from `first` on.  Sources are referenced. */
DnnSplit *dnn_split_new (const DnnSources *inputs, const DnnSources *targets,
                         int64_t first, int64_t n_rows);
/* Rows first .. first + n_rows - 1 of the same sources, with their weights. */
DnnSplit *dnn_split_new_part (const DnnSplit *self, int64_t first,
                              int64_t n_rows);
void dnn_split_free (DnnSplit *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnnSplit, dnn_split_free)

/* The first input and the first target: today's models have no other. */
static inline DnnSource *
dnn_split_input (const DnnSplit *self)
{
  return self->inputs.at[0];
}

static inline DnnSource *
dnn_split_target (const DnnSplit *self)
{
  return self->targets.at[0];
}

/* The place in all sources of row `i` of the split. */
static inline int64_t
dnn_split_row (const DnnSplit *self, int64_t i)
{
  return self->rows != NULL ? self->rows[i] : self->first + i;
}

/* True if rows of the split are read from a file when they are looked at; else
 * all of them are in memory already. */
bool dnn_split_is_mapped (const DnnSplit *self);

/* All sources of the split: inputs, targets and, if there are any, weights. */
uint32_t dnn_split_n_sources (const DnnSplit *self);
DnnSource *dnn_split_source (const DnnSplit *self, uint32_t i);

/* Gives every row of the split's sources its weight: `weights` has one number
 * of 0 or more a row, or some of each, and is referenced.  `name` starts error
 * messages. */
bool dnn_split_set_weights (DnnSplit *self, const char *name, DnnArray *weights,
                            GError **error);
/* Axes that weights have one number for: 1, or those of elements. */
uint32_t dnn_split_weight_axes (const DnnSplit *self);

DNN_END_DECLS
