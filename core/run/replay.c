/* replay.c - finds the step in which a weight was lost
 *
 * A weight that is not finite is noticed when the loss is not, or before it
 * would be saved; to look at every weight after every step would cost every
 * run a few percent.  Steps are always the same bits, so those since the last
 * checkpoint are taken again, with all weights looked at after each.
 */
#include "dnn-run-private.h"

#include "dnn-diagnosis.h"
#include "dnn-snapshot.h"
#include "dnn-trainer-steps.h"

typedef struct {
  DnnRun *run;
  DnnSnapshot *weights; /* (owned) as before the step */
} Replay;

static bool
look (void *data, DnnRequest asked, GError **error)
{
  const Replay *replay = data;
  DnnTrainer *trainer = replay->run->trainer;
  DnnModel *model = replay->run->model;
  g_autofree char *what =
      dnn_diagnosis_check (model, dnn_trainer_optimizer (trainer));

  (void) asked;
  if (what == NULL) {
    dnn_snapshot_take (replay->weights, model);
    return true;
  }
  dnn_snapshot_put (replay->weights, model);
  dnn_trainer_explain_step (trainer, what, error);
  return false;
}

/* Takes steps until something is wrong, or the phase is over. */
static void
replay_steps (DnnRun *self, const DnnSafetensors *file, GError **error)
{
  DnnTrainer *trainer = self->trainer;
  /* Whoever does not want to wait can stop it. */
  const DnnTrainEvents events = {
    .between = self->events != NULL ? self->events->between : NULL,
    .data = self->events != NULL ? self->events->data : NULL,
  };
  Replay replay = { .run = self };

  if (!dnn_run_take_checkpoint (self, file, dnn_trainer_history (trainer),
                                error))
    return;
  replay.weights = dnn_snapshot_new (self->model, error);
  if (replay.weights == NULL)
    return;
  dnn_trainer_on_step (trainer, look, NULL, &replay);
  while (!dnn_trainer_is_stopped (trainer) &&
         !dnn_trainer_is_phase_over (trainer))
    if (!dnn_trainer_epoch (trainer, &events, NULL, error))
      break;
  dnn_snapshot_free (replay.weights);
}

static void
replay (DnnRun *self, GError **error)
{
  g_autofree char *path = dnn_run_path (self, "model.safetensors");
  g_autoptr (DnnSafetensors) file = dnn_safetensors_read (path, NULL);
  g_autoptr (GError) found = NULL;
  g_autofree char *text = NULL;
  int64_t phase = 0;

  if (file == NULL || !dnn_checkpoint_read_phase (file, &phase, NULL) ||
      phase != self->phase)
    return;
  text = g_strdup_printf ("%s; looking for where that began, from step "
                          "%" G_GINT64_FORMAT " on",
                          (*error)->message, self->saved_step + 1);
  dnn_run_tell (self, text);
  replay_steps (self, file, &found);
  if (!g_error_matches (found, DNN_ERROR, DNN_ERROR_DIVERGED))
    return;
  g_clear_error (error);
  g_propagate_error (error, g_steal_pointer (&found));
}

void
dnn_run_explain (DnnRun *self, GError **error)
{
  GError *whole;

  if (self->folder == NULL || self->saved_step < 0)
    return;
  self->replays = true;
  if (dnn_trainer_is_lost (self->trainer))
    replay (self, error);
  self->replays = false;
  whole = g_error_new (DNN_ERROR, DNN_ERROR_DIVERGED,
                       "%s; the last good checkpoint is of step "
                       "%" G_GINT64_FORMAT,
                       (*error)->message, self->saved_step);
  g_clear_error (error);
  g_propagate_error (error, whole);
}
