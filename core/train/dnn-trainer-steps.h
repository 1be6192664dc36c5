/* dnn-trainer-steps.h - a trainer for those who take its steps themselves, or
 * look between two of them: runs, the rate finder */
#pragma once

#include "dnn-feeder.h"
#include "dnn-objectives.h"
#include "dnn-optimizer.h"
#include "dnn-trainer.h"

/* --- steps --------------------------------------------------------------- */

/* The batch of the next step, for those who do not train by epochs: behind the
 * last of the data comes the first of another order. */
const DnnBatch *dnn_trainer_next_batch (DnnTrainer *self);
/* One step; a loss that is not finite is DNN_ERROR_DIVERGED. */
bool dnn_trainer_train_batch (DnnTrainer *self, const DnnBatch *batch,
                              GError **error);

/* Called after every step, with what the watcher asked for; false with an error
 * ends training. */
typedef bool (*DnnAfterStep) (void *data, DnnRequest asked, GError **error);
/* The same when an epoch has ended, before the watcher is asked anything. */
typedef bool (*DnnAfterEpoch) (void *data, GError **error);
/* From now on these are called; NULL: nothing is. */
void dnn_trainer_on_step (DnnTrainer *self, DnnAfterStep after_step,
                          DnnAfterEpoch after_epoch, void *data);

/* The model has the weights to be validated and saved until hide_model, where
 * the optimizer has others to train with. */
bool dnn_trainer_show_model (DnnTrainer *self, GError **error);
void dnn_trainer_hide_model (DnnTrainer *self);

/* Whose threads train.  Returns: (transfer none). */
const DnnPool *dnn_trainer_pool (const DnnTrainer *self);

/* Breaks the phase off after so many of its steps; 0: does not. */
void dnn_trainer_set_ends_after (DnnTrainer *self, int64_t steps);

/* If a frozen beginning has to run in every step, as training rows are others
 * each time: that, and what it costs, as measured; else NULL.
 * `ret_text`: (transfer full). */
bool dnn_trainer_describe_unkept (DnnTrainer *self, char **ret_text,
                                  GError **error);

/* --- faults -------------------------------------------------------------- */

/* DNN_ERROR_DIVERGED where a weight, a buffer or a slot of the optimizer is not
 * finite: nobody wants to go on from there. */
bool dnn_trainer_check_finite (DnnTrainer *self, GError **error);
/* True if a weight was found not to be finite, since an earlier step. */
bool dnn_trainer_is_lost (const DnnTrainer *self);
/* Says where the last step went wrong, after which `what` was not finite.  The
 * model's weights are to be as before that step. */
void dnn_trainer_explain_step (DnnTrainer *self, const char *what,
                               GError **error);

/* --- where it stands ----------------------------------------------------- */

/* Epochs of the run that are done. */
int64_t dnn_trainer_n_epochs (const DnnTrainer *self);
/* Epochs of the phase whose steps are all done. */
int64_t dnn_trainer_epochs_done (const DnnTrainer *self);
/* Steps of the phase that are done. */
int64_t dnn_trainer_phase_step (const DnnTrainer *self);
/* Between two steps: whether no step of the phase is left, so that the next one
 * is of another phase. */
bool dnn_trainer_is_spent (const DnnTrainer *self);
/* True if a callback of the phase may have set the rate. */
bool dnn_trainer_sets_rate (const DnnTrainer *self);

/* --- what it works with -------------------------------------------------- */

/* All are owned by the trainer, until its next phase begins. */
DnnOptimizer *dnn_trainer_optimizer (const DnnTrainer *self);
const DnnObjectives *dnn_trainer_objective (const DnnTrainer *self);
/* True if a loss takes any number for a target, not only labels or shares. */
bool dnn_trainer_takes_numbers (const DnnTrainer *self);
/* Of training, or of validation: NULL if there are no such rows. */
const DnnFeeder *dnn_trainer_feeder (const DnnTrainer *self, bool training);
