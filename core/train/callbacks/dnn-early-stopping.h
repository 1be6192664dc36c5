/* dnn-early-stopping.h - stops when what is watched no longer improves
 *
 * Keras' EarlyStopping: an epoch is an improvement where the value is better
 * than the best so far by more than min_delta; training stops after `patience`
 * epochs without one, never after the first epoch.  With restore_best the
 * weights of the best epoch come back at the end, however training ended; with
 * average, the mean of those of the best epochs, where that is better still
 * (checkpoint averaging: Vaswani et al.: Attention is all you need, 2017, 6.1).
 */
#pragma once

#include "dnn-history.h"
#include "dnn-snapshot.h"

DNN_BEGIN_DECLS

typedef struct DnnEarlyStopping DnnEarlyStopping;

/* The weights of one epoch. */
typedef struct DnnKept {
  double value;         /* of the column that is watched */
  int64_t epoch;        /* its number in the history; 0: the run's start */
  DnnSnapshot *weights; /* (owned) */
} DnnKept;

/* All that it remembers from epoch to epoch. */
typedef struct DnnStoppingState {
  double best;
  int64_t wait; /* epochs without an improvement */
  bool over;
  GArray *kept; /* (owned) of DnnKept, the best first */
} DnnStoppingState;

/* From "early_stopping(monitor=val_loss, patience=5)"; `directions`: +1 or -1
 * for each metric of the history, whether higher is better. */
DnnEarlyStopping *dnn_early_stopping_new (const DnnSpec *spec,
                                          const DnnHistory *history,
                                          const int *directions,
                                          GError **error);
void dnn_early_stopping_free (DnnEarlyStopping *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnnEarlyStopping, dnn_early_stopping_free)

/* Looks at an epoch that has ended (`number` counts from 0 within the phase);
 * keeps the weights where it is the best and they are to be restored. */
bool dnn_early_stopping_update (DnnEarlyStopping *self, int64_t number,
                                const DnnHistoryEpoch *epoch,
                                const DnnModel *model, GError **error);
/* Looks at what the phase begins with, where that counts (include_start, and a
 * value of the validation rows): `start` holds their results. */
bool dnn_early_stopping_begin (DnnEarlyStopping *self,
                               const DnnHistoryEpoch *start,
                               const DnnModel *model, GError **error);
/* To be kept with a run and put back.  Returns: (transfer none). */
DnnStoppingState *dnn_early_stopping_state (DnnEarlyStopping *self);
/* Whether it is time to stop. */
bool dnn_early_stopping_is_over (const DnnEarlyStopping *self);
/* Writes the mean of the best epochs' weights into the model, where more than
 * one was kept for that; false: nothing was done. */
bool dnn_early_stopping_average (DnnEarlyStopping *self, DnnModel *model);
/* Whether these results are better than the best epoch's. */
bool dnn_early_stopping_beats_best (const DnnEarlyStopping *self,
                                    const DnnHistoryEpoch *epoch);
/* Puts the best epoch's weights back, where that was asked for; returns the
 * number of that epoch in the history (0: the start), or -1: nothing came
 * back. */
int64_t dnn_early_stopping_restore (DnnEarlyStopping *self, DnnModel *model);

DNN_END_DECLS
