/* dnn-data-hash.h - whether data are the same as before */
#pragma once

#include "dnn-data.h"

DNN_BEGIN_DECLS

/* A hash of some of the training rows as the model sees them, so that other
 * data are noticed.  Returns: (transfer full). */
char *dnn_data_hash (const DnnData *data);

/* A hash of the numbers of all splits in their files, with their weights, each
 * in a word: "train:71c2... train_targets:0f... validation:5d...".  Of a source
 * with more than a million numbers it is those of blocks of rows that are
 * evenly spread.
 * Returns: (transfer full). */
char *dnn_data_hash_rows (const DnnData *data);

DNN_END_DECLS
