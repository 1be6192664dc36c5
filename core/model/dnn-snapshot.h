/* dnn-snapshot.h - a copy of the weights and buffers of a model
 *
 * Owns its numbers; knows nothing of the model, so it goes back only into one
 * of the same weights.
 */
#pragma once

#include "dnn-model.h"

DNN_BEGIN_DECLS

typedef struct DnnSnapshot {
  float **weights; /* (owned) one block a weight, in the model's order; NULL:
                    * that one is left out */
  size_t n;        /* blocks */
} DnnSnapshot;

/* Of what the model is now; NULL where there is no memory. */
DnnSnapshot *dnn_snapshot_new (const DnnModel *model, GError **error);
/* The same of buffers alone. */
DnnSnapshot *dnn_snapshot_new_of_buffers (const DnnModel *model,
                                          GError **error);
void dnn_snapshot_free (DnnSnapshot *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnnSnapshot, dnn_snapshot_free)

/* Takes the model's numbers again, in the same memory. */
void dnn_snapshot_take (DnnSnapshot *self, const DnnModel *model);
/* Writes them back into the model. */
void dnn_snapshot_put (const DnnSnapshot *self, DnnModel *model);

DNN_END_DECLS
