/* dnn-summary.h - a model as a table, as Keras 3 prints it */
#pragma once

#include "dnn-model.h"

DNN_BEGIN_DECLS

/* Layers with their output shapes and parameters, then the totals.
 * `n_optimizer`: numbers the optimizer keeps; 0: no line for it.  The layers of
 * a block are one row, with what comes out of the last of them, unless
 * `expand`. */
char *dnn_summary (const DnnModel *model, int64_t n_optimizer, bool expand);

/* One line a variable: name, shape, count, and whether it trains. */
char *dnn_summary_variables (const DnnModel *model);

/* Counts of parameters. */
typedef struct DnnCounts {
  int64_t trainable;
  int64_t non_trainable; /* frozen weights, and buffers */
  size_t trainable_bytes, non_trainable_bytes;
} DnnCounts;
DnnCounts dnn_model_count (const DnnModel *model);
/* Of one layer: its weights and buffers. */
int64_t dnn_layer_count (const DnnLayer *layer);

DNN_END_DECLS
