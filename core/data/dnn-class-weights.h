/* dnn-class-weights.h - how often the loss of a class counts
 *
 * As in Keras: a batch's loss is Σ weight · loss / rows, not / Σ weight.
 * Weights of classes are the training's own; validation does without them.
 * Those of single rows belong to a split: see dnn-split.h.
 */
#pragma once

#include "dnn-data.h"

DNN_BEGIN_DECLS

/* The class of a row of n targets: the label, or the place of the largest of
 * several; -1 where the label is none. */
int64_t dnn_class_of (const float *targets, int64_t n);

/* `n_elements`: those of a row that have a class each, behind a mask; 1: the
 * row has one.  From "0:1, 6:2.5" (classes left out: 1) or "balanced" (rows /
 * classes / rows of the class, over the training rows): an array of double, one
 * a class. Data that have weights of rows are refused, and "balanced" for
 * elements: which of them are padding is known only when the model runs.
 * Returns: (transfer full): NULL with an error. */
GArray *dnn_class_weights_new (const char *text, const DnnData *data,
                               int64_t n_elements, GError **error);

DNN_END_DECLS
