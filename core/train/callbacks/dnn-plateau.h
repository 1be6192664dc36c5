/* dnn-plateau.h - lowers the learning rate where training stands still
 *
 * Keras' ReduceLROnPlateau: after `patience` epochs without an improvement by
 * more than min_delta the rate is multiplied by `factor`, down to min_lr; then
 * `cooldown` epochs pass before waiting begins again.
 */
#pragma once

#include "dnn-history.h"
#include "dnn-spec.h"

DNN_BEGIN_DECLS

typedef struct DnnPlateau DnnPlateau;

/* All that it remembers from epoch to epoch. */
typedef struct DnnPlateauState {
  double best;
  int64_t wait;     /* epochs without an improvement */
  int64_t cooldown; /* epochs that still pass without waiting */
} DnnPlateauState;

/* From "reduce_lr_on_plateau(monitor=val_loss, patience=10)"; `directions`: +1
 * or -1 for each metric of the history, whether higher is better. */
DnnPlateau *dnn_plateau_new (const DnnSpec *spec, const DnnHistory *history,
                             const int *directions, GError **error);
void dnn_plateau_free (DnnPlateau *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnnPlateau, dnn_plateau_free)

/* Looks at an epoch that has ended and was trained with this rate.  Returns:
 * the rate from now on. */
double dnn_plateau_update (DnnPlateau *self, const DnnHistoryEpoch *epoch,
                           double rate);

/* To be kept with a run and put back.  Returns: (transfer none). */
DnnPlateauState *dnn_plateau_state (DnnPlateau *self);

DNN_END_DECLS
