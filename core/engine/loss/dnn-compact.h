/* dnn-compact.h - the real samples of a batch, without its padding
 *
 * For a loss that compares the samples of a batch with one another: a weight of
 * 0 would not keep padding out of the others' pairs.
 */
#pragma once

#include "dnn-room.h"
#include "dnn-samples.h"

DNN_BEGIN_DECLS

typedef struct DnnCompact {
  float *room; /* (owned) */
  int64_t n_room;
} DnnCompact;

void dnn_compact_clear (DnnCompact *self);

/* True if such a loss is to be called so. */
bool dnn_compact_is_for (const DnnComponent *loss, const DnnSamples *samples);
/* As dnn_room_call_loss, but hands the real samples of the pass alone; those
 * of padding get a value and a gradient of 0. */
bool dnn_compact_call_loss (DnnCompact *self, DnnRoom *room,
                            const DnnComponent *loss, DnnLossPass *pass,
                            const DnnSamples *samples, const char *who,
                            GError **error);

DNN_END_DECLS
