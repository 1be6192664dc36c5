/* train.c - a run trains: its phases, one after the other */
#include "dnn-run-private.h"

#include "dnn-summary.h"
#include "dnn-trainer-steps.h"

#include <math.h>

/* Begins phase number self->phase (the first has begun with the trainer), and
 * says what that means. */
static bool
begin_phase (DnnRun *self, GError **error)
{
  const DnnPhase *phase = g_ptr_array_index (self->phases, self->phase);
  g_autofree char *slots = NULL, *text = NULL, *unkept = NULL;

  if (self->phase > 0 &&
      !dnn_trainer_begin_phase (self->trainer, phase, &slots, error)) {
    dnn_error_prefix_place (error, phase->place);
    return false;
  }
  dnn_run_warn_of_void (self, phase);
  dnn_run_commit_best (self);
  self->best = self->best_missed = INFINITY; /* the best is its phase's */
  if (self->phases->len > 1) {
    text = dnn_phase_describe (phase, self->model, slots);
    dnn_run_tell (self, text);
  }
  if (!dnn_trainer_describe_unkept (self->trainer, &unkept, error))
    return false;
  if (unkept != NULL)
    dnn_run_tell (self, unkept);
  /* A folder that cannot be written is refused before hours of training. */
  return self->phase == 0 ? dnn_run_save_checkpoint (self, error)
                          : dnn_run_try_checkpoint (self, error);
}

static bool
after_step (void *data, DnnRequest asked, GError **error)
{
  DnnRun *self = data;

  if (!dnn_run_is_step_due (self) && (asked & DNN_REQUEST_SAVE) == 0)
    return true;
  return dnn_run_try_checkpoint (self, error);
}

static bool
after_epoch (void *data, GError **error)
{
  return dnn_run_try_epoch (data, error);
}

static bool
is_done (const DnnRun *self)
{
  return self->phase + 1 == self->phases->len &&
         dnn_trainer_is_phase_over (self->trainer);
}

/* Trains the phase to its end, or until it is stopped. */
static bool
train_phase (DnnRun *self, GError **error)
{
  DnnTrainer *trainer = self->trainer;

  while (!self->stopped && !dnn_trainer_is_phase_over (trainer)) {
    if (!dnn_trainer_epoch (trainer, self->events, NULL, error))
      return false;
    self->stopped = dnn_trainer_is_stopped (trainer) && !is_done (self);
  }
  if (self->stopped)
    return true;
  if (!dnn_trainer_end_phase (trainer, error))
    return false;
  if (dnn_trainer_restored (trainer) != NULL)
    dnn_run_tell (self, dnn_trainer_restored (trainer));
  return true;
}

static bool
train_phases (DnnRun *self, GError **error)
{
  while (true) {
    if (!self->inside && !begin_phase (self, error))
      return false;
    self->inside = true;
    if (!train_phase (self, error))
      return false;
    if (self->stopped || self->phase + 1 == self->phases->len)
      return dnn_run_save_all (self, error);
    self->phase++;
    self->inside = false;
  }
}

/* A run that has failed leaves what it had: that is the failure's, not this. */
static void
save_rest (DnnRun *self)
{
  if (self->folder == NULL)
    return;
  dnn_run_commit_kept (self);
  dnn_run_finish_tables (self, NULL);
}

static void
warn_of_threads (const DnnRun *self)
{
  g_autofree char *text =
      dnn_pool_describe_shortage (dnn_trainer_pool (self->trainer));

  if (text != NULL)
    dnn_run_warn (self, text);
}

bool
dnn_run_train (DnnRun *self, const DnnTrainEvents *events, GError **error)
{
  g_autoptr (GError) wrong = NULL;
  bool ok;

  if (self->folder != NULL && self->lock == NULL) {
    self->lock = dnn_lock_new (self->folder, error);
    if (self->lock == NULL)
      return false;
  }
  self->events = events;
  self->stopped = false;
  warn_of_threads (self);
  dnn_trainer_on_step (self->trainer, after_step, after_epoch, self);
  ok = train_phases (self, &wrong);
  if (!ok)
    save_rest (self);
  if (!ok && g_error_matches (wrong, DNN_ERROR, DNN_ERROR_DIVERGED))
    dnn_run_explain (self, &wrong);
  dnn_trainer_on_step (self->trainer, NULL, NULL, NULL);
  self->events = NULL;
  g_clear_pointer (&self->lock, dnn_lock_free);
  if (!ok)
    g_propagate_error (error, g_steal_pointer (&wrong));
  return ok;
}
