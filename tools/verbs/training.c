/* training.c - progress and signals around a run */
#include "training.h"

#include "control/control.h"
#include "output.h"
#include "progress.h"
#include "signals.h"

#include <gio/gio.h>
#include <stdio.h>

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

/* A folder where no socket can be is no reason not to train. */
static Control *
listen_to (DnnRun *run, const DnnTrainEvents *watcher)
{
  g_autoptr (GError) error = NULL;
  Control *control = control_new (run, watcher, &error);
  g_autofree char *text = NULL;

  if (control != NULL)
    return control;
  text = g_strdup_printf ("%s; 'dnnrun control' will not reach this run",
                          error->message);
  watcher->warning (watcher->data, text);
  return NULL;
}

bool
train_run (DnnRun *run, const Common *common, bool listens, GError **error)
{
  g_autoptr (Progress) progress = progress_new (common, dnn_run_trainer (run));
  DnnTrainEvents events = progress_events (progress);
  g_autoptr (Control) control = NULL;
  g_autoptr (GError) wrong = NULL;

  signals_install ();
  if (listens)
    control = listen_to (run, &events);
  progress_set_control (progress, control);
  dnn_run_train (run, &events, &wrong);
  if (control != NULL)
    control_end (control, wrong);
  if (wrong != NULL) {
    g_propagate_error (error, g_steal_pointer (&wrong));
    return false;
  }
  if (!dnn_run_is_stopped (run))
    return true;
  set_stopped (run, error);
  if (output_is_lost () && error != NULL) {
    (*error)->domain = DNN_ERROR;
    (*error)->code = DNN_ERROR_IO;
  }
  return false;
}

/* --- what came of it ------------------------------------------------------ */

static void
print_values (const DnnHistory *history, const char *prefix, double loss,
              const double *metrics)
{
  print_value (prefix, "loss", loss);
  for (size_t i = 0; history->metrics[i] != NULL; i++)
    print_value (prefix, history->metrics[i], metrics[i]);
}

/* Of the last epoch, or, where earlier weights came back, of those. */
bool
train_print_result (const DnnRun *run, const Common *common, GError **error)
{
  DnnTrainer *trainer = dnn_run_trainer (run);
  const DnnHistory *history = dnn_trainer_history (trainer);
  const DnnHistoryEpoch *last =
      dnn_history_at (history, dnn_history_count (history) - 1);
  g_autofree double *metrics =
      g_new0 (double, g_strv_length (history->metrics) + 1);
  double loss = 0;

  if (common->json)
    return true;
  if (dnn_trainer_restored (trainer) == NULL) {
    print_values (history, "", last->loss, last->metrics);
    if (history->validates)
      print_values (history, "val_", last->val_loss, last->val_metrics);
  } else if (history->validates) {
    if (!dnn_trainer_evaluate (trainer, dnn_run_data (run)->validation, &loss,
                               metrics, error))
      return false;
    print_values (history, "val_", loss, metrics);
  }
  printf ("model: %s/model.safetensors\n", dnn_run_folder (run));
  return true;
}
