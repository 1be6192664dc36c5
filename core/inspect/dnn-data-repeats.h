/* dnn-data-repeats.h - rows that stand in the data more than once
 *
 * By a hash of the inputs, and then number by number.
 */
#pragma once

#include "dnn-data.h"

DNN_BEGIN_DECLS

typedef struct DnnRepeats DnnRepeats;

/* Looks at every training row.  NULL without an error where they are so many
 * that the list would take more than 256 MiB, or a quarter of the memory
 * limit. */
DnnRepeats *dnn_repeats_new (const DnnData *data);
void dnn_repeats_free (DnnRepeats *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnnRepeats, dnn_repeats_free)

/* Training rows whose inputs are those of one before. */
int64_t dnn_repeats_within (const DnnRepeats *self);

/* Rows of another split whose inputs are those of a training row. */
int64_t dnn_repeats_shared (const DnnRepeats *self, const DnnSplit *split);

DNN_END_DECLS
