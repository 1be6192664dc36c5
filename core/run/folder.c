/* folder.c - what a run leaves in its folder, and when */
#include "dnn-run-private.h"

#include "dnn-file.h"
#include "dnn-plot.h"
#include "dnn-trainer-steps.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

char *
dnn_run_path (const DnnRun *self, const char *file)
{
  return g_build_filename (self->folder, file, NULL);
}

bool
dnn_run_write_text (const DnnRun *self, const char *name, const char *text,
                    GError **error)
{
  g_autofree char *path = dnn_run_path (self, name);

  return dnn_file_replace (path, text, strlen (text), error);
}

/* --- opening ------------------------------------------------------------- */

/* A run never writes over the model that it begins with. */
static bool
check_base (const DnnRun *self, const char *folder, GError **error)
{
  const char *base = dnn_experiment_get (self->experiment, "model", "base");
  g_autofree char *above = NULL;
  GStatBuf a, b;

  if (base == NULL)
    return true;
  above = g_path_get_dirname (base);
  if (g_stat (above, &a) != 0 || g_stat (folder, &b) != 0 ||
      a.st_dev != b.st_dev || a.st_ino != b.st_ino)
    return true;
  g_set_error (error, DNN_ERROR, DNN_ERROR_USAGE,
               "'%s' is the folder of the base, which would be overwritten; "
               "--out takes another",
               folder);
  return false;
}

/* Whoever has one of these has a run. */
static bool
check_free (const char *folder, GError **error)
{
  static const char *const signs[] = { "model.safetensors", "history.csv" };

  for (size_t i = 0; i < G_N_ELEMENTS (signs); i++) {
    g_autofree char *path = g_build_filename (folder, signs[i], NULL);

    if (!g_file_test (path, G_FILE_TEST_EXISTS))
      continue;
    g_set_error (error, DNN_ERROR, DNN_ERROR_USAGE,
                 "'%s' holds a run already; --resume goes on with it, "
                 "--overwrite replaces it, --out takes another folder",
                 folder);
    return false;
  }
  return true;
}

static const char *const files[] = { "model.safetensors", "best.safetensors",
                                     "history.csv",       "health.csv",
                                     "curves.svg",        "experiment.dnn" };

/* Takes away what is left of the run that is replaced. */
static bool
clear_folder (const char *folder, GError **error)
{
  for (size_t i = 0; i < G_N_ELEMENTS (files); i++) {
    g_autofree char *path = g_build_filename (folder, files[i], NULL);

    if (g_remove (path) == 0 || errno == ENOENT)
      continue;
    g_set_error (error, DNN_ERROR, DNN_ERROR_IO, "cannot remove '%s': %s", path,
                 g_strerror (errno));
    return false;
  }
  return true;
}

void
dnn_run_take_folder (DnnRun *self, const char *folder)
{
  g_free (self->folder);
  self->folder = g_strdup (folder);
  for (size_t i = 0; i < G_N_ELEMENTS (files); i++) {
    g_autofree char *path = dnn_run_path (self, files[i]);

    dnn_file_remove_temporaries (path);
  }
}

bool
dnn_run_open (DnnRun *self, const char *folder, bool overwrite, GError **error)
{
  g_autofree char *text = dnn_experiment_to_string (self->experiment);
  g_autoptr (DnnLock) lock = NULL;

  if (!overwrite && !check_free (folder, error))
    return false;
  if (g_mkdir_with_parents (folder, 0777) != 0) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_IO, "cannot make folder '%s': %s",
                 folder, g_strerror (errno));
    return false;
  }
  if (!check_base (self, folder, error))
    return false;
  lock = dnn_lock_new (folder, error);
  /* Looked at again: another may have begun and ended meanwhile. */
  if (lock == NULL || (!overwrite && !check_free (folder, error)) ||
      !clear_folder (folder, error))
    return false;
  dnn_lock_free (self->lock);
  self->lock = g_steal_pointer (&lock);
  dnn_run_take_folder (self, folder);
  return dnn_run_write_text (self, "experiment.dnn", text, error);
}

/* --- models -------------------------------------------------------------- */

static bool
save_model (DnnRun *self, const char *name, const DnnCheckpoint *checkpoint,
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

  return dnn_model_file_save (&parts, path, error);
}

bool
dnn_run_save_checkpoint (DnnRun *self, GError **error)
{
  DnnCheckpoint checkpoint = { self->trainer, self->phase, self->best,
                               self->data_hash };

  if (!dnn_trainer_check_finite (self->trainer, error))
    return false;
  if (self->folder != NULL &&
      !save_model (self, "model.safetensors", &checkpoint, error))
    return false;
  g_clear_error (&self->unsaved);
  self->saved_step = (int64_t) dnn_trainer_step (self->trainer);
  return true;
}

static void
warn (const DnnRun *self, const GError *cause)
{
  g_autofree char *text =
      g_strdup_printf ("%s; training goes on, and this is tried again; the "
                       "last checkpoint is of "
                       "step %" G_GINT64_FORMAT,
                       cause->message, self->saved_step);

  if (self->events != NULL && self->events->warning != NULL)
    self->events->warning (self->events->data, text);
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

/* best.safetensors, where the last epoch is the best yet: of those that could
 * be saved. */
static bool
save_best (DnnRun *self, GError **error)
{
  const DnnHistory *history = dnn_trainer_history (self->trainer);
  double loss =
      dnn_history_at (history, dnn_history_count (history) - 1)->val_loss;

  if (!(loss < self->best))
    return true;
  if (!save_model (self, "best.safetensors", NULL, error)) {
    self->best_missed = fmin (self->best_missed, loss);
    return false;
  }
  self->best = loss;
  if (self->best_missed >= loss)
    self->best_missed = INFINITY;
  return true;
}

/* --- tables and pictures ------------------------------------------------- */

static bool
save_history (DnnRun *self, GError **error)
{
  g_autofree char *csv =
      dnn_history_to_csv (dnn_trainer_history (self->trainer));

  return dnn_run_write_text (self, "history.csv", csv, error);
}

static bool
save_curves (DnnRun *self, GError **error)
{
  g_autofree char *absolute = g_canonicalize_filename (self->folder, NULL);
  g_autofree char *name = g_filename_display_basename (absolute);
  DnnPlotRun run = { name, dnn_trainer_history (self->trainer) };
  g_autofree char *svg = dnn_plot_to_svg (&run, 1);

  return dnn_run_write_text (self, "curves.svg", svg, error);
}

/* With the rows of the epochs before the run went on. */
static bool
save_health (DnnRun *self, GError **error)
{
  const DnnHealth *health = dnn_trainer_health (self->trainer);
  g_autofree char *csv = health != NULL ? dnn_health_to_csv (health) : NULL;
  g_autofree char *whole = NULL;

  if (csv == NULL)
    return true;
  if (self->health_before != NULL)
    whole = g_strconcat (self->health_before, strchr (csv, '\n') + 1, NULL);
  return dnn_run_write_text (self, "health.csv", whole != NULL ? whole : csv,
                             error);
}

/* Each is tried, whatever became of the others; the first that fails counts. */
static bool
save_files (DnnRun *self, GError **error)
{
  bool (*const savers[]) (DnnRun *, GError **) = { save_history, save_curves,
                                                   save_health };
  g_autoptr (GError) first = NULL;

  if (self->folder == NULL || dnn_trainer_n_epochs (self->trainer) == 0)
    return true;
  for (size_t i = 0; i < G_N_ELEMENTS (savers); i++)
    savers[i](self, first == NULL ? &first : NULL);
  self->files_behind = first != NULL;
  if (first == NULL)
    return true;
  g_propagate_error (error, g_steal_pointer (&first));
  return false;
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
  if (!save_best (self, &best))
    warn (self, best);
  if (!save_files (self, &tables) && !told && best == NULL)
    warn (self, tables);
  return dnn_run_try_checkpoint (self, error);
}

bool
dnn_run_save_all (DnnRun *self, GError **error)
{
  if (self->folder == NULL)
    return true;
  if (!dnn_run_save_checkpoint (self, error)) {
    g_prefix_error (error,
                    "training is not saved beyond step "
                    "%" G_GINT64_FORMAT ": ",
                    self->saved_step);
    return false;
  }
  if (self->files_behind && !save_files (self, error))
    return false;
  if (self->best_missed >= self->best)
    return true;
  g_set_error (error, DNN_ERROR, DNN_ERROR_IO,
               "%s/best.safetensors could not be written when val_loss was "
               "%.4f; model.safetensors is whole",
               self->folder, self->best_missed);
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
