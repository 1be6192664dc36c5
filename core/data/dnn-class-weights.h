/* dnn-class-weights.h - how often the loss of a row counts
 *
 * As in Keras: a batch's loss is Σ weight · loss / rows, not / Σ weight.
 * Weights of single rows come from a file and belong to a split; those of
 * classes are the training's own, and validation does without them.
 */
#pragma once

#include "dnn-data.h"

DNN_BEGIN_DECLS

/* Gives every row of the split's arrays its weight: `weights` has one number of
 * 0 or more a row, and is referenced.  `name` starts error messages. */
bool dnn_split_set_weights (DnnSplit *self, const char *name, DnnArray *weights,
                            GError **error);

/* The class of a row of n targets: the label, or the place of the largest of
 * several; -1 where the label is none. */
int64_t dnn_class_of (const float *targets, int64_t n);

/* From "0:1, 6:2.5" (classes left out: 1) or "balanced" (rows / classes / rows
 * of the class, over the training rows): an array of double, one a class.
 * Data that have weights of rows are refused.
 * Returns: (transfer full): NULL with an error. */
GArray *dnn_class_weights_new (const char *text, const DnnData *data,
                               GError **error);

DNN_END_DECLS
