/* dnn-run.h - an experiment carried out: data, model, training, folder
 *
 * A run owns all that it is made of.  In its folder it leaves
 * model.safetensors, best.safetensors, history.csv, curves.svg, experiment.dnn
 * and, where the trainer's health is enabled, health.csv.  Models, picture and
 * experiment are written whole or not at all; rows are added to the tables
 * after every epoch, the picture is drawn at most once a second, and a
 * checkpoint is made after an epoch when two seconds have passed since the
 * last, unless [train] save_every says otherwise.
 */
#pragma once

#include "dnn-experiment.h"
#include "dnn-safetensors.h"
#include "dnn-trainer.h"

DNN_BEGIN_DECLS

typedef struct DnnRun DnnRun;

/* Reads the data, builds the model and fills its weights.  Values that the
 * experiment leaves open (the loss, where the model's last activation tells
 * it) are set in the run's own copy. */
DnnRun *dnn_run_new (DnnRegistry *registry, const DnnExperiment *experiment,
                     GError **error);
void dnn_run_free (DnnRun *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnnRun, dnn_run_free)

/* Starts from the weights of a file, by name (see dnn_model_load_weights). */
bool dnn_run_load_weights (DnnRun *self, const DnnSafetensors *file,
                           bool partial, char **ret_report, GError **error);
/* Goes on with the run in that folder, which is as it was at its last
 * checkpoint, to the same bits as if it had never been broken off.
 * `experiment` may be NULL; otherwise it must say what the run's own says, but
 * for `epochs`, which may be more, and `threads`. */
DnnRun *dnn_run_resume (DnnRegistry *registry, const char *folder,
                        const DnnExperiment *experiment, GError **error);
/* The experiment of the run in that folder. */
DnnExperiment *dnn_run_read_experiment (const char *folder, GError **error);
/* Makes the folder, and locks it: a second run is refused.  One that holds a
 * run already is an error, unless it may be overwritten. */
bool dnn_run_open (DnnRun *self, const char *folder, bool overwrite,
                   GError **error);
/* How often it is saved, instead of what [train] save_every says. */
void dnn_run_set_saves (DnnRun *self, const DnnSaveEvery *every);
/* A checkpoint every so many steps, beside those of epochs; 0: none. */
void dnn_run_set_checkpoint_every (DnnRun *self, int64_t steps);
/* Trains to the end, or until it is stopped; then the folder, if open, is up to
 * date.  What cannot be written on the way is a warning and is
 * tried again; what could not be in the end is DNN_ERROR_IO. */
bool dnn_run_train (DnnRun *self, const DnnTrainEvents *events, GError **error);
/* Saves a checkpoint at once; to be called between two steps (see
 * DnnTrainEvents.between). */
bool dnn_run_checkpoint (DnnRun *self, GError **error);
/* Trains with other values from the next step on; to be called between two
 * steps.  `sets`: "optimizer.learning_rate=1e-4", "batch_size=64",
 * "trainable=*", as in a phase; NULL-terminated.  `folders`, separated by ':'
 * or NULL, are searched for plugins first from now on.  The phase is broken off
 * and another begins, in the run's experiment, too; `ret_report` says what that
 * means.  After an error everything is as before. */
bool dnn_run_change (DnnRun *self, const char *const *sets, const char *folders,
                     char **ret_report, GError **error);
/* The step of the checkpoint that is there; -1: none yet. */
int64_t dnn_run_saved_step (const DnnRun *self);
/* True if it was stopped before its end, and all is saved to go on. */
bool dnn_run_is_stopped (const DnnRun *self);

/* Tensors copied from the base, fresh or dropped, a line per tensor; NULL if
 * there is no base.  Returns: (transfer none). */
const char *dnn_run_base_report (const DnnRun *self);

/* Returns: (transfer none). */
DnnModel *dnn_run_model (const DnnRun *self);
/* The one that is trained now. */
const DnnPhase *dnn_run_phase (const DnnRun *self);
const DnnData *dnn_run_data (const DnnRun *self);
DnnTrainer *dnn_run_trainer (const DnnRun *self);
const DnnExperiment *dnn_run_experiment (const DnnRun *self);
const char *dnn_run_folder (const DnnRun *self);

DNN_END_DECLS
