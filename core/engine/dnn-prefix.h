/* dnn-prefix.h - the frozen beginning of a model, run once for all epochs */
#pragma once

#include "dnn-data.h"
#include "dnn-executor.h"

DNN_BEGIN_DECLS

/* How many of the first layers always give the same to the same row: frozen,
 * without random numbers, each row by itself, with one way out.  0 where
 * running them once would gain nothing. */
size_t dnn_prefix_find (const DnnModel *model);

/* The output of the first `n_layers` layers for every row of the split, in its
 * order, as float32. */
DnnArray *dnn_prefix_compute (DnnModel *model, size_t n_layers, DnnPool *pool,
                              const DnnData *data, const DnnSplit *split,
                              GError **error);

DNN_END_DECLS
