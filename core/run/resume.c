/* resume.c - a run that goes on from its folder */
#include "dnn-run-private.h"

#include "dnn-file.h"
#include "dnn-parse.h"
#include "dnn-trainer-steps.h"

#include <math.h>
#include <string.h>

/* --- the experiment ------------------------------------------------------ */

/* Keys that a run decides itself, so that a file need not have them. */
static bool
is_settled_by_run (const char *section, const char *key)
{
  static const char *const keys[] = { "loss", "seed", "epochs" };

  if (strcmp (section, "train") != 0)
    return false;
  for (size_t i = 0; i < G_N_ELEMENTS (keys); i++)
    if (strcmp (key, keys[i]) == 0)
      return true;
  return false;
}

/* Results do not depend on it, so that it may be another from now on. */
static bool
is_free (const char *key)
{
  return strcmp (key, "threads") == 0 || strcmp (key, "save_every") == 0;
}

/* The end of a run can be raised, and only that. */
static bool
check_epochs (const DnnArg *arg, const char *own, GError **error)
{
  int64_t want = 0, have = 0;

  if (!dnn_parse_int (arg->value, 1, INT64_MAX, &want, error) ||
      !dnn_parse_int (own, 1, INT64_MAX, &have, error)) {
    g_prefix_error (error, "[train] epochs ");
    return false;
  }
  if (want >= have)
    return true;
  g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
               "[train] epochs can only raise the end of the run, which is "
               "%s, not '%s'",
               own, arg->value);
  dnn_error_prefix_place (error, arg->place);
  return false;
}

static bool
check_arg (const DnnSpec *section, const DnnArg *arg, const DnnExperiment *run,
           GError **error)
{
  const char *own = dnn_experiment_get (run, section->name, arg->key);
  const bool of_train = strcmp (section->name, "train") == 0;

  if (of_train && is_free (arg->key))
    return true;
  if (own != NULL && strcmp (own, arg->value) == 0)
    return true;
  if (own != NULL && of_train && strcmp (arg->key, "epochs") == 0)
    return check_epochs (arg, own, error);
  g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
               own != NULL ? "[%s] %s is '%s', and the run was begun with '%s'"
                           : "[%s] %s is '%s', and the run was begun without%s",
               section->name, arg->key, arg->value, own != NULL ? own : "");
  dnn_error_prefix_place (error, arg->place);
  return false;
}

/* True if `experiment` says all that the run's own does. */
static bool
check_missing (const DnnSpec *own, const DnnExperiment *experiment,
               GError **error)
{
  for (guint i = 0; i < own->args->len; i++) {
    const DnnArg *arg = g_ptr_array_index (own->args, i);

    if (is_settled_by_run (own->name, arg->key) || is_free (arg->key) ||
        dnn_experiment_get (experiment, own->name, arg->key) != NULL)
      continue;
    g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
                 "[%s] %s is not set, and the run was begun with '%s'",
                 own->name, arg->key, arg->value);
    return false;
  }
  return true;
}

/* Layers and phases count in their order. */
static bool
is_ordered (const char *name)
{
  return g_str_has_prefix (name, "layer ") || g_str_has_prefix (name, "phase ");
}

static char *
list_ordered (const DnnExperiment *experiment)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (size_t i = 0; i < dnn_experiment_n_sections (experiment); i++) {
    const char *name = dnn_experiment_section (experiment, i)->name;

    if (is_ordered (name))
      g_string_append_printf (text, "[%s]", name);
  }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static bool
check_agreement (const DnnExperiment *run, const DnnExperiment *experiment,
                 GError **error)
{
  g_autofree char *own = list_ordered (run);
  g_autofree char *other = list_ordered (experiment);

  for (size_t i = 0; i < dnn_experiment_n_sections (experiment); i++) {
    const DnnSpec *section = dnn_experiment_section (experiment, i);

    for (guint j = 0; j < section->args->len; j++)
      if (!check_arg (section, g_ptr_array_index (section->args, j), run,
                      error))
        return false;
  }
  for (size_t i = 0; i < dnn_experiment_n_sections (run); i++)
    if (!check_missing (dnn_experiment_section (run, i), experiment, error))
      return false;
  if (strcmp (own, other) == 0)
    return true;
  g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
               "the sections are '%s', and the run was begun with %s", other,
               own);
  return false;
}

/* The run's own experiment, with what may be other in the one given. */
static DnnExperiment *
merge (const DnnExperiment *run, const DnnExperiment *experiment,
       GError **error)
{
  static const char *const keys[] = { "epochs", "threads", "save_every" };
  g_autoptr (DnnExperiment) merged = dnn_experiment_copy (run);

  if (experiment == NULL)
    return g_steal_pointer (&merged);
  if (!check_agreement (run, experiment, error))
    return NULL;
  for (size_t i = 0; i < G_N_ELEMENTS (keys); i++) {
    const char *value = dnn_experiment_get (experiment, "train", keys[i]);

    if (value != NULL)
      dnn_experiment_set (merged, "train", keys[i], value);
  }
  return g_steal_pointer (&merged);
}

static char *
find_checkpoint (const char *folder, GError **error)
{
  g_autofree char *path = g_build_filename (folder, "model.safetensors", NULL);

  if (g_file_test (path, G_FILE_TEST_EXISTS))
    return g_steal_pointer (&path);
  g_set_error (error, DNN_ERROR, DNN_ERROR_NAME,
               "'%s' holds no run to go on with: there is no "
               "model.safetensors in it",
               folder);
  return NULL;
}

DnnExperiment *
dnn_run_read_experiment (const char *folder, GError **error)
{
  g_autofree char *path = find_checkpoint (folder, error);
  g_autoptr (DnnSafetensors) file =
      path != NULL ? dnn_safetensors_read (path, error) : NULL;
  const char *text =
      file != NULL ? dnn_safetensors_get_metadata (file, "experiment") : NULL;

  if (file == NULL)
    return NULL;
  return dnn_experiment_parse (NULL, text != NULL ? text : "", error);
}

/* --- the state ----------------------------------------------------------- */

/* The first word of `now` that `then` does not have; NULL: it has all. */
static char *
find_other (const char *now, const char *then)
{
  g_auto (GStrv) words = g_strsplit (now, " ", -1);
  g_auto (GStrv) old = g_strsplit (then, " ", -1);

  for (size_t i = 0; words[i] != NULL; i++)
    if (!g_strv_contains ((const char *const *) old, words[i]))
      return g_strdup (words[i]);
  return g_strv_length (words) < g_strv_length (old)
             ? g_strdup ("train_weights:")
             : NULL;
}

/* Files that lie where those lay that the run began with must be the same. */
static bool
check_rows (const DnnRun *self, const DnnSafetensors *file, GError **error)
{
  const char *then = dnn_checkpoint_get_rows (file);
  g_autofree char *other =
      then != NULL ? find_other (self->rows_hash, then) : NULL;
  const DnnSplit *split;

  if (other == NULL)
    return true;
  *strchr (other, ':') = '\0';
  split = g_str_has_prefix (other, "train") ? self->data->train
                                            : self->data->validation;
  g_set_error (error, DNN_ERROR, DNN_ERROR_DATA,
               "the %s are not those that the run began with (%s), so it "
               "cannot go on to the same results",
               g_str_has_suffix (other, "_weights") ? "weights of rows"
               : split == self->data->train         ? "training rows"
                                                    : "validation rows",
               g_str_has_suffix (other, "_targets")
                   ? dnn_split_target (split)->name
                   : dnn_split_input (split)->name);
  return false;
}

bool
dnn_run_take_checkpoint (DnnRun *self, const DnnSafetensors *file,
                         const DnnHistory *beside, GError **error)
{
  DnnCheckpoint checkpoint = { .trainer = self->trainer,
                               .data = self->data_hash,
                               .beside = beside };

  if (!check_rows (self, file, error) ||
      !dnn_checkpoint_take (&checkpoint, file, error))
    return false;
  self->best = checkpoint.best;
  self->saved_step = (int64_t) dnn_trainer_step (self->trainer);
  return true;
}

/* The rows of the first `n` epochs in history.csv.  What comes after them is
 * made again, and a kill may have cut it; where there is no history NULL is
 * one, too, for a checkpoint that holds its own. */
static bool
load_history (const char *folder, int64_t n, DnnHistory **ret_history,
              GError **error)
{
  g_autofree char *path = g_build_filename (folder, "history.csv", NULL);
  g_autoptr (GError) cause = NULL;
  g_autofree char *text = dnn_file_read_text (path, "history", &cause);
  char *end = text;

  if (g_error_matches (cause, DNN_ERROR, DNN_ERROR_IO)) {
    g_propagate_error (error, g_steal_pointer (&cause));
    return false;
  }
  for (int64_t i = 0; end != NULL && i <= n; i++) {
    end = strchr (end, '\n');
    end = end != NULL ? end + 1 : NULL;
  }
  if (end != NULL)
    *end = '\0';
  *ret_history = text != NULL ? dnn_history_parse (path, text, NULL) : NULL;
  return true;
}

/* Seconds of epochs are in the table of the folder alone. */
static void
take_seconds (DnnRun *self, const DnnHistory *before)
{
  const DnnHistory *history = dnn_trainer_history (self->trainer);

  for (guint i = 0;
       before != NULL && i < before->epochs->len && i < history->epochs->len;
       i++)
    ((DnnHistoryEpoch *) g_ptr_array_index (history->epochs, i))->seconds =
        dnn_history_at (before, i)->seconds;
}

/* Rows of health.csv up to the epoch that the run goes on after. */
static void
take_health (DnnRun *self)
{
  g_autofree char *path = dnn_run_path (self, "health.csv");
  g_autoptr (GBytes) bytes = dnn_file_read (path, NULL);
  g_autoptr (GString) kept = g_string_new (NULL);
  g_auto (GStrv) lines = NULL;
  g_autofree char *text = NULL;

  if (bytes == NULL)
    return;
  text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  lines = g_strsplit (text, "\n", -1);
  for (size_t i = 0; lines[i] != NULL; i++)
    if (*lines[i] != '\0' &&
        (i == 0 || g_ascii_strtoll (lines[i], NULL, 10) <=
                       dnn_trainer_n_epochs (self->trainer)))
      g_string_append_printf (kept, "%s\n", lines[i]);
  self->health_before = g_string_free (g_steal_pointer (&kept), FALSE);
}

/* best.safetensors tells the experiment, too, whose end was raised. */
static bool
raise_best (DnnRun *self, const char *text, GError **error)
{
  g_autofree char *path = dnn_run_path (self, "best.safetensors");
  g_autoptr (DnnSafetensors) file = NULL;

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return true;
  file = dnn_safetensors_read (path, error);
  if (file == NULL)
    return false;
  dnn_safetensors_set_metadata (file, "experiment", text);
  return dnn_safetensors_write (file, path, error);
}

/* A schedule that ends with the run would have gone another way until here, had
 * it known of the later end. */
static bool
check_schedules (const DnnRun *self, const DnnExperiment *before,
                 GError **error)
{
  const DnnComponent *optimizer =
      dnn_optimizer_component (dnn_trainer_optimizer (self->trainer));
  const int64_t n = dnn_trainer_n_batches (self->trainer);
  const char *epochs = dnn_experiment_get (before, "train", "epochs");
  DnnLength was = { 0, (uint64_t) n };
  const DnnLength is = { (uint64_t) (self->settings.epochs * n), (uint64_t) n };
  int64_t old = 0;

  if (epochs == NULL || !dnn_parse_int (epochs, 1, INT64_MAX / n, &old, error))
    return epochs == NULL;
  was.n_steps = (uint64_t) (old * n);
  for (guint i = 0; i < optimizer->schedules->len; i++) {
    const DnnDriven *driven = g_ptr_array_index (optimizer->schedules, i);

    for (uint64_t step = 0; step < dnn_trainer_step (self->trainer); step++) {
      if (dnn_schedule_value (driven->schedule, step, was) ==
          dnn_schedule_value (driven->schedule, step, is))
        continue;
      g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
                   "[train] epochs cannot be raised: the schedule of %s ends "
                   "with the run, so step %" G_GUINT64_FORMAT
                   " would have been another",
                   driven->param->name, step + 1);
      return false;
    }
  }
  return true;
}

/* A run that was changed may have been killed before its text was. */
static bool
mend_text (const DnnRun *self, const char *text, GError **error)
{
  g_autofree char *path = dnn_run_path (self, "experiment.dnn");
  g_autofree char *there = NULL;

  return (g_file_get_contents (path, &there, NULL, NULL) &&
          strcmp (there, text) == 0) ||
         dnn_run_write_text (self, "experiment.dnn", text, error);
}

static bool
raise_end (DnnRun *self, const DnnExperiment *before, GError **error)
{
  g_autofree char *old = dnn_experiment_to_string (before);
  g_autofree char *text = dnn_experiment_to_string (self->experiment);

  if (strcmp (old, text) == 0)
    return mend_text (self, text, error);
  return check_schedules (self, before, error) &&
         raise_best (self, text, error) &&
         dnn_run_write_text (self, "experiment.dnn", text, error) &&
         dnn_run_save_checkpoint (self, error);
}

/* --- the run ------------------------------------------------------------- */

/* Model, preprocessing and phase come from the file, and nothing from what the
 * run once began with. */
static bool
build (DnnRun *self, DnnModelFile *file, GError **error)
{
  int64_t phase = 0;

  if (!dnn_run_load_data (self, error))
    return false;
  self->model = g_steal_pointer (&file->model);
  dnn_preprocess_free (self->data->preprocess);
  self->data->preprocess = g_steal_pointer (&file->preprocess);
  if (!dnn_run_settle (self, error))
    return false;
  self->phases = dnn_phases_parse (self->experiment, error);
  if (self->phases == NULL ||
      !dnn_checkpoint_read_phase (file->file, &phase, error))
    return false;
  if (phase >= self->phases->len) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_FORMAT,
                 "it is in phase number '%" G_GINT64_FORMAT
                 "', and its experiment has %u",
                 phase + 1, self->phases->len);
    return false;
  }
  self->phase = (guint) phase;
  return dnn_run_make_trainer (self, error);
}

static DnnRun *
go_on (const char *folder, DnnModelFile *file, const DnnExperiment *experiment,
       DnnLock *lock, GError **error)
{
  g_autoptr (DnnRun) self = g_new0 (DnnRun, 1);
  g_autoptr (DnnHistory) before = NULL;

  self->lock = lock;
  self->best = self->best_missed = INFINITY;
  self->experiment = merge (file->experiment, experiment, error);
  if (self->experiment == NULL || !build (self, file, error) ||
      !load_history (folder, file->epoch, &before, error))
    return NULL;
  if (!dnn_run_take_checkpoint (self, file->file, before, error)) {
    g_prefix_error (error, "%s/model.safetensors: ", folder);
    return NULL;
  }
  self->inside = true;
  dnn_run_take_folder (self, folder);
  take_seconds (self, before);
  take_health (self);
  return raise_end (self, file->experiment, error) ? g_steal_pointer (&self)
                                                   : NULL;
}

DnnRun *
dnn_run_resume (DnnRegistry *registry, const char *folder,
                const DnnExperiment *experiment, GError **error)
{
  g_autofree char *path = find_checkpoint (folder, error);
  g_autoptr (DnnModelFile) file = NULL;
  g_autoptr (DnnLock) lock = NULL;

  if (path == NULL)
    return NULL;
  lock = dnn_lock_new (folder, error);
  if (lock == NULL)
    return NULL;
  file = dnn_model_file_load (registry, path, error);
  if (file == NULL)
    return NULL;
  return go_on (folder, file, experiment, g_steal_pointer (&lock), error);
}
