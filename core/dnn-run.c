/* dnn-run.c - from an experiment to a folder with a trained model */
#include "dnn-run.h"

#include "dnn-file.h"
#include "dnn-model-file.h"
#include "dnn-phase.h"
#include "dnn-plot.h"
#include "dnn-private.h"
#include "dnn-summary.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

struct DnnRun {
  DnnExperiment *experiment; /* (owned) */
  DnnTrainSettings settings; /* [train], without phases */
  GPtrArray *phases;         /* (owned) of DnnPhase */
  guint phase;               /* the one being trained */
  DnnData *data;             /* (owned) */
  DnnModel *model;           /* (owned) */
  DnnTrainer *trainer;       /* (owned) */
  char *folder;              /* (owned) NULL until open */
  char *base_report;         /* (owned) NULL: no base */
  double best;               /* lowest validation loss so far */
};

void
dnn_run_free (DnnRun *self)
{
  if (self == NULL)
    return;
  g_free (self->base_report);
  g_free (self->folder);
  dnn_trainer_free (self->trainer);
  g_clear_pointer (&self->phases, g_ptr_array_unref);
  dnn_model_unref (self->model);
  dnn_data_free (self->data);
  dnn_experiment_free (self->experiment);
  g_free (self);
}

/* --- making -------------------------------------------------------------- */

static bool
load_data (DnnRun *self, GError **error)
{
  const DnnSpec *section = dnn_experiment_find (self->experiment, "data");

  if (section == NULL) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
                 "there is no section [data], so there is nothing to train on");
    return false;
  }
  self->data = dnn_data_load (section, error);
  return self->data != NULL;
}

static bool
build_model (DnnRun *self, DnnRegistry *registry, GError **error)
{
  DnnShape input = dnn_data_input_shape (self->data);
  DnnShape wanted;
  g_autofree char *have = NULL, *want = NULL;

  self->model =
      dnn_experiment_build_model (registry, self->experiment, &input, error);
  if (self->model == NULL)
    return false;
  wanted = dnn_model_input_shape (self->model);
  if (wanted.n_dims == input.n_dims &&
      memcmp (wanted.dims, input.dims, sizeof input.dims) == 0)
    return true;
  have = dnn_shape_to_list (&input);
  want = dnn_shape_to_list (&wanted);
  g_set_error (error, DNN_ERROR, DNN_ERROR_SHAPE,
               "input_shape is '%s', and a row of the data has %s", want, have);
  return false;
}

/* What the experiment leaves open and the run decides goes into its text. */
static bool
settle (DnnRun *self, GError **error)
{
  DnnShape target = dnn_data_target_shape (self->data);
  const char *loss;
  g_autofree char *seed = NULL;

  if (dnn_experiment_get (self->experiment, "train", "loss") == NULL) {
    loss = dnn_find_loss (self->model, &target, error);
    if (loss == NULL)
      return false;
    dnn_experiment_set (self->experiment, "train", "loss", loss);
  }
  if (!dnn_train_settings_parse (
          dnn_experiment_find (self->experiment, "train"), &self->settings,
          error))
    return false;
  seed = g_strdup_printf ("%" G_GINT64_FORMAT, self->settings.seed);
  dnn_experiment_set (self->experiment, "train", "seed", seed);
  /* The machine's affair, not the experiment's: results do not depend on it. */
  dnn_experiment_unset (self->experiment, "train", "threads");
  return true;
}

/* What was frozen with one preprocessing must see the same again: the base's
 * holds where [data] says nothing of its own. */
static bool
inherit_preprocess (DnnRun *self, DnnModelFile *base, GError **error)
{
  DnnPreprocess *own = self->data->preprocess;
  const int64_t n = base->preprocess->n;

  if (dnn_experiment_get (self->experiment, "data", "scale") != NULL ||
      dnn_experiment_get (self->experiment, "data", "standardize") != NULL)
    return true;
  if (n > 0 && n != dnn_array_row_size (self->data->train->inputs)) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_SHAPE,
                 "the base standardizes rows of %" G_GINT64_FORMAT
                 " numbers, and these have '%" G_GINT64_FORMAT
                 "'; say [data] standardize = true for statistics of their own",
                 n, dnn_array_row_size (self->data->train->inputs));
    return false;
  }
  g_strfreev (base->preprocess->class_names);
  base->preprocess->class_names = g_steal_pointer (&own->class_names);
  dnn_preprocess_free (own);
  self->data->preprocess = g_steal_pointer (&base->preprocess);
  return true;
}

/* First values for every weight: the base's for the layers kept. */
static bool
fill_weights (DnnRun *self, DnnRegistry *registry, GError **error)
{
  g_autoptr (DnnBase) base = NULL;

  if (!dnn_model_initialize (self->model, (uint64_t) self->settings.seed,
                             error))
    return false;
  if (!dnn_experiment_has_base (self->experiment))
    return true;
  base = dnn_experiment_load_base (registry, self->experiment, error);
  if (base == NULL ||
      !dnn_base_copy_weights (base, self->model, &self->base_report, error))
    return false;
  return inherit_preprocess (self, base->file, error);
}

/* The trainer, in the first phase.  What is wrong with a later one is told now
 * and not when its time has come. */
static bool
make_trainer (DnnRun *self, GError **error)
{
  DnnPhase *phase = g_ptr_array_index (self->phases, 0);
  bool ok;

  phase->settings.threads = self->settings.threads;
  self->trainer =
      dnn_trainer_new_for_phase (self->model, self->data, phase, error);
  ok = self->trainer != NULL;
  for (guint i = 1; ok && i < self->phases->len; i++) {
    phase = g_ptr_array_index (self->phases, i);
    ok = dnn_trainer_check_phase (self->trainer, phase, error);
  }
  /* What is wrong with the data is not wrong in a line of the experiment. */
  if (!ok && error != NULL &&
      !g_error_matches (*error, DNN_ERROR, DNN_ERROR_DATA))
    dnn_error_prefix_place (error, phase->place);
  return ok;
}

DnnRun *
dnn_run_new (DnnRegistry *registry, const DnnExperiment *experiment,
             GError **error)
{
  g_autoptr (DnnRun) self = g_new0 (DnnRun, 1);

  self->best = INFINITY;
  self->experiment = dnn_experiment_copy (experiment);
  if (!load_data (self, error) || !build_model (self, registry, error) ||
      !settle (self, error))
    return NULL;
  self->phases = dnn_phases_parse (self->experiment, error);
  if (self->phases == NULL || !fill_weights (self, registry, error) ||
      !make_trainer (self, error))
    return NULL;
  return g_steal_pointer (&self);
}

bool
dnn_run_load_weights (DnnRun *self, const DnnSafetensors *file, bool partial,
                      char **ret_report, GError **error)
{
  return dnn_model_load_weights (self->model, file, partial, ret_report,
                                 error) &&
         dnn_trainer_restart (self->trainer, error);
}

/* --- the folder ---------------------------------------------------------- */

static char *
path_in (const DnnRun *self, const char *file)
{
  return g_build_filename (self->folder, file, NULL);
}

static bool
write_text (const DnnRun *self, const char *name, const char *text,
            GError **error)
{
  g_autofree char *path = path_in (self, name);
  g_autoptr (DnnFile) file = dnn_file_open (path, error);

  return file != NULL && dnn_file_write (file, text, strlen (text), error) &&
         dnn_file_commit (file, error);
}

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

/* Takes away what is left of the run that is replaced. */
static bool
clear_folder (const char *folder, GError **error)
{
  static const char *const files[] = { "model.safetensors", "best.safetensors",
                                       "history.csv", "health.csv",
                                       "curves.svg" };

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

bool
dnn_run_open (DnnRun *self, const char *folder, bool overwrite, GError **error)
{
  g_autofree char *history = g_build_filename (folder, "history.csv", NULL);

  g_autofree char *text = dnn_experiment_to_string (self->experiment);

  if (!overwrite && g_file_test (history, G_FILE_TEST_EXISTS)) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_USAGE,
                 "'%s' holds a run already; --overwrite replaces it, --out "
                 "takes another folder",
                 folder);
    return false;
  }
  if (g_mkdir_with_parents (folder, 0777) != 0) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_IO, "cannot make folder '%s': %s",
                 folder, g_strerror (errno));
    return false;
  }
  if (!check_base (self, folder, error) || !clear_folder (folder, error))
    return false;
  g_free (self->folder);
  self->folder = g_strdup (folder);
  return write_text (self, "experiment.dnn", text, error);
}

static bool
save_model (DnnRun *self, const char *name, GError **error)
{
  g_autofree char *path = path_in (self, name);
  DnnModelParts parts = {
    .model = self->model,
    .preprocess = self->data->preprocess,
    .experiment = self->experiment,
    .optimizer = dnn_trainer_optimizer (self->trainer),
    .epoch = (int64_t) dnn_history_count (dnn_trainer_history (self->trainer)),
    .step = dnn_trainer_step (self->trainer),
  };

  return dnn_model_file_save (&parts, path, error);
}

static bool
save_curves (DnnRun *self, GError **error)
{
  g_autofree char *absolute = g_canonicalize_filename (self->folder, NULL);
  g_autofree char *name = g_filename_display_basename (absolute);
  DnnPlotRun run = { name, dnn_trainer_history (self->trainer) };
  g_autofree char *svg = dnn_plot_to_svg (&run, 1);

  return write_text (self, "curves.svg", svg, error);
}

static bool
save_health (const DnnRun *self, GError **error)
{
  const DnnHealth *health = dnn_trainer_health (self->trainer);
  g_autofree char *csv = health != NULL ? dnn_health_to_csv (health) : NULL;

  return csv == NULL || write_text (self, "health.csv", csv, error);
}

static bool
save_epoch (DnnRun *self, GError **error)
{
  const DnnHistory *history = dnn_trainer_history (self->trainer);
  const DnnEpoch *last =
      dnn_history_at (history, dnn_history_count (history) - 1);
  g_autofree char *csv = dnn_history_to_csv (history);

  if (self->folder == NULL)
    return true;
  if (!write_text (self, "history.csv", csv, error) ||
      !save_curves (self, error) || !save_health (self, error) ||
      !save_model (self, "model.safetensors", error))
    return false;
  if (!(last->val_loss < self->best))
    return true;
  self->best = last->val_loss;
  return save_model (self, "best.safetensors", error);
}

static void
tell (const DnnTrainEvents *events, const char *text)
{
  if (events != NULL && events->message != NULL)
    events->message (events->data, text);
}

/* Begins phase number self->phase (the first has begun with the trainer), and
 * says what that means. */
static bool
begin_phase (DnnRun *self, const DnnTrainEvents *events, GError **error)
{
  const DnnPhase *phase = g_ptr_array_index (self->phases, self->phase);
  g_autofree char *slots = NULL, *optimizer = NULL, *text = NULL;
  DnnCounts counts;

  if (self->phase > 0 &&
      !dnn_trainer_begin_phase (self->trainer, phase, &slots, error)) {
    dnn_error_prefix_place (error, phase->place);
    return false;
  }
  self->best = INFINITY; /* the best is the best of its phase */
  if (self->phases->len == 1)
    return true;
  counts = dnn_model_count (self->model);
  optimizer = dnn_spec_to_string (phase->optimizer);
  text = g_strdup_printf (
      "phase %s: %" G_GINT64_FORMAT " parameters train, %" G_GINT64_FORMAT
      " do not; %s%s%s",
      phase->name, counts.trainable, counts.non_trainable, optimizer,
      slots != NULL && *slots != '\0' ? "; " : "", slots != NULL ? slots : "");
  tell (events, text);
  return true;
}

bool
dnn_run_train (DnnRun *self, const DnnTrainEvents *events, GError **error)
{
  for (self->phase = 0; self->phase < self->phases->len; self->phase++) {
    if (!begin_phase (self, events, error))
      return false;
    while (!dnn_trainer_is_phase_over (self->trainer))
      if (!dnn_trainer_epoch (self->trainer, events, NULL, error) ||
          !save_epoch (self, error))
        return false;
    if (!dnn_trainer_end_phase (self->trainer, error))
      return false;
    if (dnn_trainer_restored (self->trainer) != NULL)
      tell (events, dnn_trainer_restored (self->trainer));
  }
  return self->folder == NULL || save_model (self, "model.safetensors", error);
}

const char *
dnn_run_base_report (const DnnRun *self)
{
  return self->base_report;
}

DnnModel *
dnn_run_model (const DnnRun *self)
{
  return self->model;
}

const DnnData *
dnn_run_data (const DnnRun *self)
{
  return self->data;
}

DnnTrainer *
dnn_run_trainer (const DnnRun *self)
{
  return self->trainer;
}

const DnnExperiment *
dnn_run_experiment (const DnnRun *self)
{
  return self->experiment;
}

const char *
dnn_run_folder (const DnnRun *self)
{
  return self->folder;
}
