/* dnn-trainer.h - trains a model on data, epoch by epoch
 *
 * Holds the model; borrows the data.  Same seed, same bits, on any number of
 * threads.  A layer's `trainable` may be changed at any time and counts from
 * the next step on.
 */
#pragma once

#include <gio/gio.h>

#include "dnn-data.h"
#include "dnn-model.h"
#include "dnn-train-events.h"
#include "dnn-train-settings.h"

DNN_BEGIN_DECLS

typedef struct DnnPhase DnnPhase;

/* `optimizer`: the plugin and its keys, as in [optimizer] type = ... */
DnnTrainer *dnn_trainer_new (DnnModel *model, const DnnData *data,
                             const DnnTrainSettings *settings,
                             const DnnSpec *optimizer, GError **error);
/* The same, beginning with this phase. */
DnnTrainer *dnn_trainer_new_for_phase (DnnModel *model, const DnnData *data,
                                       const DnnPhase *phase, GError **error);
void dnn_trainer_free (DnnTrainer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnnTrainer, dnn_trainer_free)

/* True if a phase that is to come can begin: its names and values are right.
 * Nothing changes. */
bool dnn_trainer_check_phase (DnnTrainer *self, const DnnPhase *phase,
                              GError **error);
/* Ends the phase that is (see end_phase) and begins another: its settings,
 * which layers train, its optimizer.  What of the optimizer's slots was kept
 * is told in `ret_report` (may be NULL). */
bool dnn_trainer_begin_phase (DnnTrainer *self, const DnnPhase *phase,
                              char **ret_report, GError **error);
/* To be called after somebody else has written the model's weights: what was
 * taken from them (activations of a frozen beginning, hashes, the value to
 * beat) is taken again. */
bool dnn_trainer_restart (DnnTrainer *self, GError **error);
/* Proves that frozen tensors did not move (else DNN_ERROR_FROZEN), puts the
 * averages over steps in the weights' place, where the optimizer has them, and
 * brings back the best weights, where early stopping is to; a phase that was
 * broken off (`ends_after`) is only proved.  A second call does nothing more.
 */
bool dnn_trainer_end_phase (DnnTrainer *self, GError **error);
/* As check_phase, and makes what the phase needs at once, to throw it away
 * again: plugins have the last word, and memory is there.  What would become of
 * the optimizer's slots, and how much would train, is told in `ret_report`. */
bool dnn_trainer_try_phase (DnnTrainer *self, const DnnPhase *phase,
                            char **ret_report, GError **error);
/* A sentence on the weights that the end of the phase brought back, or NULL.
 * Returns: (transfer none). */
const char *dnn_trainer_restored (const DnnTrainer *self);
/* True if the phase's epochs or steps are done, or early stopping says so. */
bool dnn_trainer_is_phase_over (const DnnTrainer *self);

/* Another optimizer from the next step on.  Slots are kept for each weight
 * where both have one of that name; `ret_report` (may be NULL) says which. */
bool dnn_trainer_set_optimizer (DnnTrainer *self, const DnnSpec *optimizer,
                                char **ret_report, GError **error);

/* Trains the phase to its end, or until it is stopped.  A loss that is not
 * finite is DNN_ERROR_DIVERGED, naming the step and the first layer concerned.
 */
bool dnn_trainer_fit (DnnTrainer *self, const DnnTrainEvents *events,
                      GError **error);

/* One pass over the training rows, or up to the phase's last step; the loss of
 * every step goes to `ret_losses`, one a batch, where that is not NULL.  An
 * epoch that was stopped goes on where it was. */
bool dnn_trainer_epoch (DnnTrainer *self, const DnnTrainEvents *events,
                        double *ret_losses, GError **error);

/* True if somebody asked to stop, so that the epoch or the phase is not done.
 */
bool dnn_trainer_is_stopped (const DnnTrainer *self);
/* Where training stands; to be asked between two steps.  Metrics are good until
 * the next call. */
DnnProgress dnn_trainer_progress (DnnTrainer *self);

/* Results of one pass over a split, in inference mode.  `ret_metrics` has room
 * for one number a metric. */
bool dnn_trainer_evaluate (DnnTrainer *self, const DnnSplit *split,
                           double *ret_loss, double *ret_metrics,
                           GError **error);

const DnnHistory *dnn_trainer_history (const DnnTrainer *self);

/* From now on every epoch ends with a probe of the model's health, which
 * leaves all results the same, bit for bit.  DNN_ERROR_IO: no memory. */
bool dnn_trainer_enable_health (DnnTrainer *self, GError **error);
/* Of all epochs since; NULL: not enabled. */
const DnnHealth *dnn_trainer_health (const DnnTrainer *self);
/* From now on every epoch is added to a TensorBoard event file in this folder
 * (see dnn-events.h), its number being the step: all columns of the history
 * but phase and seconds, and histograms of `weights/...` and of `gradients/...`
 * of the health probe's batch.  Where that fails later on, training goes on. */
bool dnn_trainer_write_events (DnnTrainer *self, const char *folder,
                               GError **error);
/* Steps done since the trainer was made. */
uint64_t dnn_trainer_step (const DnnTrainer *self);
/* The learning rate of the next step, without multipliers. */
double dnn_trainer_rate (const DnnTrainer *self);
/* Steps of one epoch. */
int64_t dnn_trainer_n_batches (const DnnTrainer *self);
/* Layers at the beginning that are frozen and are not run again. */
size_t dnn_trainer_prefix (const DnnTrainer *self);

DNN_END_DECLS
