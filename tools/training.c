/* training.c - progress and signals around a run */
#include "training.h"

#include "progress.h"
#include "signals.h"

#include <gio/gio.h>

static void
set_stopped (const DnnRun *run, GError **error)
{
  DnnTrainer *trainer = dnn_run_trainer (run);
  DnnProgress progress = dnn_trainer_progress (trainer);
  g_autofree char *folder = g_shell_quote (dnn_run_folder (run));

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED,
               "interrupted after step %" G_GUINT64_FORMAT
               ", in epoch %" G_GINT64_FORMAT
               "; all is saved, and this goes on: dnnrun train --resume %s",
               dnn_trainer_step (trainer), progress.epoch, folder);
}

bool
train_run (DnnRun *run, const Common *common, GError **error)
{
  g_autoptr (Progress) progress = progress_new (common, dnn_run_trainer (run));
  DnnTrainEvents events = progress_events (progress);

  signals_install ();
  if (!dnn_run_train (run, &events, error))
    return false;
  if (!dnn_run_is_stopped (run))
    return true;
  set_stopped (run, error);
  return false;
}
