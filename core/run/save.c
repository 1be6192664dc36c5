/* save.c - models and checkpoints: what a run saves, and when */
#include "dnn-run-private.h"

#include "dnn-file.h"
#include "dnn-text.h"
#include "dnn-trainer-steps.h"

#include <math.h>

/* --- models -------------------------------------------------------------- */

static void
warn (const DnnRun *self, const GError *cause)
{
  g_autofree char *text =
      g_strdup_printf ("%s; training goes on, and this is tried again; the "
                       "last checkpoint is of "
                       "step %" G_GINT64_FORMAT,
                       cause->message, self->saved_step);

  dnn_run_warn (self, text);
}

static DnnFile *
stage_model (DnnRun *self, const char *name, const DnnCheckpoint *checkpoint,
             GError **error)
{
  g_autofree char *path = dnn_run_path (self, name);
  DnnModelParts parts = {
    .model = self->model,
    .preprocess = self->data->preprocess,
    .experiment = self->experiment,
    .optimizer = dnn_trainer_optimizer (self->trainer),
    .epoch = dnn_trainer_n_epochs (self->trainer),
    .step = dnn_trainer_step (self->trainer),
    .checkpoint = checkpoint,
  };
  DnnFile *file;

  file = dnn_trainer_show_model (self->trainer, error)
             ? dnn_model_file_stage (&parts, path, error)
             : NULL;
  dnn_trainer_hide_model (self->trainer);
  return file;
}

/* The best epoch's model is written when its epoch ends, under a temporary
 * name, and takes its place with the next checkpoint: to sync it after every
 * epoch would take longer than a small epoch. */
static bool
stage_best (DnnRun *self, GError **error)
{
  const DnnHistory *history = dnn_trainer_history (self->trainer);
  const double best = self->best_file != NULL ? self->best_staged : self->best;
  double loss =
      dnn_history_at (history, dnn_history_count (history) - 1)->val_loss;

  if (!(loss < best))
    return true;
  g_clear_pointer (&self->best_file, dnn_file_free);
  self->best_file = stage_model (self, "best.safetensors", NULL, error);
  self->best_staged = loss;
  if (self->best_file == NULL)
    self->best_missed = fmin (self->best_missed, loss);
  return self->best_file != NULL;
}

void
dnn_run_commit_best (DnnRun *self)
{
  g_autoptr (DnnFile) file = g_steal_pointer (&self->best_file);
  g_autoptr (GError) cause = NULL;

  if (file == NULL)
    return;
  if (dnn_file_commit (file, &cause)) {
    self->best = self->best_staged;
    if (self->best_missed >= self->best)
      self->best_missed = INFINITY;
    return;
  }
  self->best_missed = fmin (self->best_missed, self->best_staged);
  warn (self, cause);
}

static DnnFile *
stage_checkpoint (DnnRun *self, double best, bool beside, GError **error)
{
  const DnnHistory *history = dnn_trainer_history (self->trainer);
  DnnCheckpoint checkpoint = {
    self->trainer,   self->phase,     best,
    self->data_hash, self->rows_hash, beside ? history : NULL
  };

  return stage_model (self, "model.safetensors", &checkpoint, error);
}

/* The history that stands beside the checkpoint is synced before it; where
 * that could not be written, the checkpoint holds its own. */
static bool
save_model (DnnRun *self, GError **error)
{
  const bool beside = dnn_run_sync_history (self);
  g_autoptr (DnnFile) file = stage_checkpoint (self, self->best, beside, error);

  return file != NULL && dnn_file_commit (file, error);
}

/* Until a checkpoint is due, that of the last epoch waits under a temporary
 * name: whatever ends the run but a kill puts it in its place. */
static bool
keep_checkpoint (DnnRun *self)
{
  const double best = self->best_file != NULL ? self->best_staged : self->best;

  g_clear_pointer (&self->kept_file, dnn_file_free);
  self->kept_file = stage_checkpoint (self, best, true, NULL);
  self->kept_step = (int64_t) dnn_trainer_step (self->trainer);
  return self->kept_file != NULL;
}

void
dnn_run_commit_kept (DnnRun *self)
{
  g_autoptr (DnnFile) file = g_steal_pointer (&self->kept_file);

  dnn_run_commit_best (self);
  if (file != NULL && self->best_missed >= self->best &&
      dnn_run_sync_history (self) && dnn_file_commit (file, NULL))
    self->saved_step = self->kept_step;
}

bool
dnn_run_save_checkpoint (DnnRun *self, GError **error)
{
  bool ok = true;

  if (!dnn_trainer_check_finite (self->trainer, error))
    return false;
  g_clear_pointer (&self->kept_file, dnn_file_free);
  if (self->folder != NULL) {
    dnn_pace_begin (&self->saving);
    dnn_run_commit_best (self);
    ok = save_model (self, error);
    dnn_pace_end (&self->saving);
  }
  if (!ok)
    return false;
  g_clear_error (&self->unsaved);
  self->saved_step = (int64_t) dnn_trainer_step (self->trainer);
  return true;
}

bool
dnn_run_try_checkpoint (DnnRun *self, GError **error)
{
  g_autoptr (GError) cause = NULL;
  const bool told = self->unsaved != NULL;

  if (dnn_run_save_checkpoint (self, &cause))
    return true;
  if (g_error_matches (cause, DNN_ERROR, DNN_ERROR_DIVERGED)) {
    g_propagate_error (error, g_steal_pointer (&cause));
    return false;
  }
  if (!told)
    warn (self, cause);
  g_clear_error (&self->unsaved);
  self->unsaved = g_steal_pointer (&cause);
  return true;
}

/* --- after an epoch, and in the end -------------------------------------- */

bool
dnn_run_is_step_due (const DnnRun *self)
{
  const DnnSaveEvery *every = &self->saves;

  if (every->steps > 0)
    return dnn_trainer_step (self->trainer) % (uint64_t) every->steps == 0;
  return every->seconds > 0 &&
         dnn_pace_has_passed (&self->saving, every->seconds);
}

/* A save that failed is tried again. */
static bool
is_epoch_due (const DnnRun *self)
{
  if (self->unsaved != NULL)
    return true;
  if (self->saves.epochs > 0)
    return dnn_trainer_n_epochs (self->trainer) % self->saves.epochs == 0;
  return self->saves.seconds > 0 ? dnn_run_is_step_due (self)
                                 : dnn_pace_is_due (&self->saving);
}

bool
dnn_run_try_epoch (DnnRun *self, GError **error)
{
  g_autoptr (GError) best = NULL, tables = NULL;
  const bool told = self->files_behind;

  /* Nothing is best, nor to be kept, that is not finite. */
  if (!dnn_trainer_check_finite (self->trainer, error))
    return false;
  if (self->folder == NULL)
    return true;
  if (!stage_best (self, &best))
    warn (self, best);
  self->files_behind = !dnn_run_save_tables (self, &tables);
  if (self->files_behind && !told && best == NULL)
    warn (self, tables);
  return (!is_epoch_due (self) && keep_checkpoint (self)) ||
         dnn_run_try_checkpoint (self, error);
}

bool
dnn_run_save_all (DnnRun *self, GError **error)
{
  g_autoptr (GError) tables = NULL;
  g_autofree char *loss = NULL;

  if (self->folder == NULL)
    return true;
  dnn_run_finish_tables (self, &tables);
  if (!dnn_run_save_checkpoint (self, error)) {
    g_prefix_error (error,
                    "training is not saved beyond step "
                    "%" G_GINT64_FORMAT ": ",
                    self->saved_step);
    return false;
  }
  if (tables != NULL) {
    g_propagate_error (error, g_steal_pointer (&tables));
    return false;
  }
  if (self->best_missed >= self->best)
    return true;
  loss = dnn_format_value (self->best_missed);
  g_set_error (error, DNN_ERROR, DNN_ERROR_IO,
               "%s/best.safetensors could not be written when val_loss was "
               "%s; model.safetensors is whole",
               self->folder, loss);
  return false;
}

/* --- on request ---------------------------------------------------------- */

bool
dnn_run_check_alive (const DnnRun *self, GError **error)
{
  if (!self->replays)
    return true;
  g_set_error (error, DNN_ERROR, DNN_ERROR_DIVERGED,
               "the run has diverged and looks for the step where that began; "
               "nothing can be saved or changed any more");
  return false;
}

bool
dnn_run_checkpoint (DnnRun *self, GError **error)
{
  return dnn_run_check_alive (self, error) &&
         dnn_run_save_checkpoint (self, error);
}

int64_t
dnn_run_saved_step (const DnnRun *self)
{
  return self->saved_step;
}
