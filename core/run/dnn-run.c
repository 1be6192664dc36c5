/* dnn-run.c - from an experiment to all that a run is made of */
#include "dnn-run-private.h"

#include "dnn-data-hash.h"
#include "dnn-data-steps.h"
#include "dnn-model-section.h"
#include "dnn-other-names.h"
#include "dnn-shape.h"
#include "dnn-usual-loss.h"

#include <math.h>
#include <string.h>

void
dnn_run_free (DnnRun *self)
{
  if (self == NULL)
    return;
  dnn_lock_free (self->lock);
  g_clear_error (&self->unsaved);
  dnn_file_free (self->best_file);
  dnn_file_free (self->kept_file);
  g_free (self->health_before);
  g_free (self->data_hash);
  g_free (self->rows_hash);
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

bool
dnn_run_load_data (DnnRun *self, GError **error)
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
  const DnnShapes inputs = dnn_data_input_shapes (self->data);
  const DnnShapes targets = dnn_data_target_shapes (self->data);
  DnnShapes wanted;
  g_autofree char *have = NULL, *want = NULL;

  self->model = dnn_experiment_build_model (registry, self->experiment, &inputs,
                                            &targets, error);
  if (self->model == NULL)
    return false;
  wanted = dnn_model_input_shapes (self->model);
  if (dnn_shapes_equal (&wanted, &inputs))
    return true;
  have = dnn_shapes_to_list (&inputs);
  want = dnn_shapes_to_list (&wanted);
  g_set_error (error, DNN_ERROR, DNN_ERROR_SHAPE,
               "input_shape is '%s', and a row of the data has %s", want, have);
  return false;
}

/* How long it trains is said, so that it can be said anew in its place. */
static bool
settle_epochs (DnnRun *self, GError **error)
{
  DnnTrainSettings defaults;
  g_autofree char *epochs = NULL;

  if (dnn_experiment_get (self->experiment, "train", "epochs") != NULL ||
      dnn_experiment_get (self->experiment, "train", "steps") != NULL ||
      dnn_experiment_has_phases (self->experiment))
    return true;
  if (!dnn_train_settings_parse (NULL, &defaults, error))
    return false;
  epochs = g_strdup_printf ("%" G_GINT64_FORMAT, defaults.epochs);
  dnn_experiment_set (self->experiment, "train", "epochs", epochs);
  return true;
}

/* Decisions that the experiment leaves to the run go into its text. */
bool
dnn_run_settle (DnnRun *self, GError **error)
{
  const DnnShapes targets = dnn_data_target_shapes (self->data);
  const char *loss;
  g_autofree char *seed = NULL;

  if (!settle_epochs (self, error))
    return false;
  if (dnn_experiment_get (self->experiment, "train", "loss") == NULL) {
    loss = dnn_find_loss (self->model, &targets, error);
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

/* Layers frozen with one preprocessing must see the same again: the base's
 * holds if [data] says nothing of its own. */
static bool
inherit_preprocess (DnnRun *self, DnnModelFile *base, GError **error)
{
  DnnPreprocess *own = self->data->preprocess;
  const int64_t n = dnn_preprocess_size (base->preprocess);

  /* nor where the data have words or holes of which the base knows nothing */
  if (dnn_preprocess_is_set (self->experiment) ||
      (dnn_preprocess_find (own, &dnn_columns_type) != NULL &&
       dnn_preprocess_find (base->preprocess, &dnn_columns_type) == NULL))
    return true;
  if (n > 0 && n != dnn_split_input (self->data->train)->row) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_SHAPE,
                 "the base standardizes rows of %" G_GINT64_FORMAT
                 " numbers, and these have '%" G_GINT64_FORMAT
                 "'; say [data] standardize = true for statistics of their own",
                 n, dnn_split_input (self->data->train)->row);
    return false;
  }
  dnn_target_scale_unref (base->preprocess->targets);
  base->preprocess->targets = g_steal_pointer (&own->targets);
  g_strfreev (base->preprocess->class_names);
  base->preprocess->class_names = g_steal_pointer (&own->class_names);
  g_strfreev (base->preprocess->columns);
  base->preprocess->columns = g_steal_pointer (&own->columns);
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

/* A fault of a later phase is reported now, not when the phase begins.
 */
bool
dnn_run_make_trainer (DnnRun *self, GError **error)
{
  DnnPhase *phase = g_ptr_array_index (self->phases, self->phase);
  bool ok;

  phase->settings.threads = self->settings.threads;
  self->trainer =
      dnn_trainer_new_for_phase (self->model, self->data, phase, error);
  self->saves = self->settings.saves;
  self->saving.least = 2 * G_USEC_PER_SEC;
  self->drawing.least = G_USEC_PER_SEC;
  ok = self->trainer != NULL;
  for (guint i = self->phase + 1; ok && i < self->phases->len; i++) {
    phase = g_ptr_array_index (self->phases, i);
    ok = dnn_trainer_check_phase (self->trainer, phase, error);
  }
  /* A fault of the data or the machine is not one of a line of the
   * experiment. */
  if (!ok && error != NULL &&
      !g_error_matches (*error, DNN_ERROR, DNN_ERROR_DATA) &&
      !g_error_matches (*error, DNN_ERROR, DNN_ERROR_IO))
    dnn_error_prefix_place (error, phase->place);
  if (ok) {
    self->data_hash = dnn_data_hash (self->data);
    self->rows_hash = dnn_data_hash_rows (self->data);
  }
  return ok;
}

DnnRun *
dnn_run_new (DnnRegistry *registry, const DnnExperiment *experiment,
             GError **error)
{
  g_autoptr (DnnRun) self = g_new0 (DnnRun, 1);

  self->best = self->best_missed = INFINITY;
  self->saved_step = -1;
  self->experiment = dnn_experiment_copy (experiment);
  dnn_other_names_drop (registry, self->experiment);
  if (!dnn_run_load_data (self, error) ||
      !build_model (self, registry, error) || !dnn_run_settle (self, error))
    return NULL;
  self->phases = dnn_phases_parse (self->experiment, error);
  if (self->phases == NULL || !fill_weights (self, registry, error) ||
      !dnn_run_make_trainer (self, error))
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

/* --- looking ------------------------------------------------------------- */

void
dnn_run_tell (const DnnRun *self, const char *text)
{
  if (self->events != NULL && self->events->message != NULL)
    self->events->message (self->events->data, text);
}

void
dnn_run_warn (const DnnRun *self, const char *text)
{
  if (self->events != NULL && self->events->warning != NULL)
    self->events->warning (self->events->data, text);
}

bool
dnn_run_is_stopped (const DnnRun *self)
{
  return self->stopped;
}

void
dnn_run_set_saves (DnnRun *self, const DnnSaveEvery *every)
{
  self->saves = *every;
}

void
dnn_run_set_checkpoint_every (DnnRun *self, int64_t steps)
{
  self->saves = (DnnSaveEvery){ .steps = steps };
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

const DnnPhase *
dnn_run_phase (const DnnRun *self)
{
  return g_ptr_array_index (self->phases, self->phase);
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
