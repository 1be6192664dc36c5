/* dnn-trainer.c - what a trainer is made of, and its phases */
#include "dnn-trainer.h"

#include "dnn-blas.h"
#include "dnn-choose-layers.h"
#include "dnn-class-weights.h"
#include "dnn-inference.h"
#include "dnn-phase.h"
#include "dnn-prefix.h"
#include "dnn-trainer-private.h"

#include <string.h>

/* --- making -------------------------------------------------------------- */

void
dnn_trainer_free (DnnTrainer *self)
{
  if (self == NULL)
    return;
  g_free (self->restored);
  g_free (self->trainable);
  g_free (self->baseline);
  g_free (self->metrics);
  dnn_events_free (self->events);
  dnn_health_free (self->health);
  dnn_probe_free (self->probe);
  dnn_proof_free (self->proof);
  dnn_snapshot_free (self->last);
  dnn_plateau_free (self->plateau);
  dnn_early_stopping_free (self->stopping);
  dnn_history_free (self->history);
  dnn_feeder_free (self->validation);
  dnn_feeder_free (self->feeder);
  g_clear_pointer (&self->class_weights, g_array_unref);
  dnn_optimizer_free (self->optimizer);
  dnn_objective_free (self->evaluation);
  dnn_objective_free (self->objective);
  dnn_pool_free (self->pool);
  dnn_model_unref (self->model);
  g_free (self);
}

static void
make_history (DnnTrainer *self)
{
  size_t n = dnn_objective_n_metrics (self->objective);
  g_autofree const char **names = g_new0 (const char *, n + 1);

  for (size_t i = 0; i < n; i++)
    names[i] = dnn_objective_metric (self->objective, i)->label;
  self->history = dnn_history_new (names, self->data->validation != NULL);
  self->metrics = g_new0 (double, n + 1);
}

static void
copy_trainable (const DnnModel *model, bool *ret_trainable)
{
  for (size_t i = 0; i < dnn_model_n_layers (model); i++)
    ret_trainable[i] = dnn_model_layer (model, i)->trainable;
}

DnnTrainer *
dnn_trainer_new (DnnModel *model, const DnnData *data,
                 const DnnTrainSettings *settings, const DnnSpec *optimizer,
                 GError **error)
{
  DnnPhase phase = { "train", { 0 }, *settings, (DnnSpec *) optimizer };

  return dnn_trainer_new_for_phase (model, data, &phase, error);
}

DnnTrainer *
dnn_trainer_new_for_phase (DnnModel *model, const DnnData *data,
                           const DnnPhase *phase, GError **error)
{
  g_autoptr (DnnTrainer) self = g_new0 (DnnTrainer, 1);

  dnn_blas_init ();
  self->model = dnn_model_ref (model);
  self->data = data;
  self->pool = dnn_pool_new ((unsigned) phase->settings.threads);
  self->baseline = g_new0 (bool, dnn_model_n_layers (model) + 1);
  self->trainable = g_new0 (bool, dnn_model_n_layers (model) + 1);
  copy_trainable (model, self->baseline);
  if (!dnn_trainer_begin_phase (self, phase, NULL, error))
    return NULL;
  return g_steal_pointer (&self);
}

/* --- objectives ---------------------------------------------------------- */

static bool
make_objectives (DnnTrainer *self, GError **error)
{
  DnnObjective **both[] = { &self->objective, &self->evaluation };
  DnnShape target = dnn_data_target_shape (self->data);
  DnnExpected expected = { 0 };

  for (int i = 0; i < 2; i++) {
    dnn_objective_free (*both[i]);
    *both[i] = dnn_objective_new (dnn_model_registry (self->model),
                                  self->settings.loss, self->settings.metrics,
                                  (DnnPlace){ 0 }, error);
    if (*both[i] == NULL ||
        !dnn_objective_add_weighted (*both[i], dnn_model_registry (self->model),
                                     self->settings.weighted_metrics, error) ||
        !dnn_objective_check (*both[i], self->model, &target, &expected, error))
      return false;
  }
  self->logits = dnn_objective_takes_logits (self->objective, self->model);
  if (self->checked &&
      memcmp (&expected, &self->expected, sizeof expected) == 0)
    return true;
  self->expected = expected;
  self->checked = dnn_data_check (self->data, &expected, error);
  return self->checked;
}

static bool
make_class_weights (DnnTrainer *self, GError **error)
{
  g_clear_pointer (&self->class_weights, g_array_unref);
  if (*self->settings.class_weight == '\0')
    return true;
  self->class_weights =
      dnn_class_weights_new (self->settings.class_weight, self->data, error);
  return self->class_weights != NULL;
}

/* --- which layers train -------------------------------------------------- */

static bool
choose_layers (DnnTrainer *self, GError **error)
{
  for (size_t i = 0; i < dnn_model_n_layers (self->model); i++)
    dnn_model_layer (self->model, i)->trainable = self->baseline[i];
  return dnn_choose_layers (self->model, self->settings.frozen,
                            self->settings.trainable, error);
}

/* --- plans --------------------------------------------------------------- */

static bool
make_feeder (DnnTrainer *self, DnnFeeder **feeder, const DnnSplit *split,
             bool training, GError **error)
{
  DnnPlanOptions options = {
    .batch = training ? self->settings.batch_size : DNN_EVALUATION_BATCH,
    .training = training,
    .logits = self->logits,
    .store_gradients = dnn_optimizer_stores_gradients (self->optimizer),
    .first_stage = self->prefix,
  };
  g_autoptr (DnnArray) cache = NULL;

  if (self->prefix > 0) {
    cache = dnn_prefix_compute (self->model, self->prefix, self->pool,
                                self->data, split, error);
    if (cache == NULL)
      return false;
  }
  if (*feeder != NULL)
    return dnn_feeder_replan (*feeder, &options, cache, error);
  *feeder = dnn_feeder_new (self->model, self->pool, self->data, split,
                            &options, cache, error);
  if (*feeder != NULL && training && self->class_weights != NULL)
    dnn_feeder_set_class_weights (
        *feeder, &g_array_index (self->class_weights, double, 0),
        self->class_weights->len);
  return *feeder != NULL;
}

/* Brings everything that depends on which layers train up to date. */
static bool
replan (DnnTrainer *self, GError **error)
{
  copy_trainable (self->model, self->trainable);
  /* What it computes is as many rows as there are: they may be too many. */
  self->prefix =
      self->data->memory_limit == 0 ? dnn_prefix_find (self->model) : 0;
  dnn_proof_free (self->proof);
  self->proof = dnn_proof_new (self->model);
  return dnn_optimizer_prepare (self->optimizer, self->model, self->pool,
                                error) &&
         make_feeder (self, &self->feeder, self->data->train, true, error) &&
         (self->data->validation == NULL ||
          make_feeder (self, &self->validation, self->data->validation, false,
                       error));
}

bool
dnn_trainer_refresh (DnnTrainer *self, GError **error)
{
  bool same = true;

  for (size_t i = 0; i < dnn_model_n_layers (self->model); i++)
    same = same &&
           self->trainable[i] == dnn_model_layer (self->model, i)->trainable;
  return same || (dnn_proof_check (self->proof, error) && replan (self, error));
}

/* --- phases -------------------------------------------------------------- */

bool
dnn_trainer_set_optimizer (DnnTrainer *self, const DnnSpec *optimizer,
                           char **ret_report, GError **error)
{
  g_autoptr (DnnOptimizer) other =
      dnn_optimizer_new (dnn_model_registry (self->model), optimizer, error);
  g_autofree char *report = NULL;

  if (other == NULL ||
      !dnn_optimizer_prepare (other, self->model, self->pool, error) ||
      (self->optimizer != NULL &&
       !dnn_optimizer_adopt (other, self->optimizer, &report, error)))
    return false;
  dnn_optimizer_set_seed (other, (uint64_t) self->settings.seed);
  dnn_optimizer_free (self->optimizer);
  self->optimizer = g_steal_pointer (&other);
  if (ret_report != NULL)
    *ret_report = g_steal_pointer (&report);
  return true;
}

/* A caller from C may leave out what it does not need. */
static DnnTrainSettings
complete (const DnnTrainSettings *settings)
{
  DnnTrainSettings whole = *settings;
  const char **texts[] = {
    &whole.loss,         &whole.metrics,   &whole.weighted_metrics,
    &whole.class_weight, &whole.callbacks, &whole.frozen,
    &whole.trainable
  };

  for (size_t i = 0; i < G_N_ELEMENTS (texts); i++)
    *texts[i] = *texts[i] != NULL ? *texts[i] : "";
  whole.batch_size = MAX (whole.batch_size, 1);
  return whole;
}

/* A trainer with the settings of that phase, for as long as it is looked at;
 * which layers train is the phase's until it is discarded. */
static bool
make_probe (DnnTrainer *self, const DnnPhase *phase, DnnTrainer *probe,
            GError **error)
{
  *probe = (DnnTrainer){
    .model = self->model,
    .data = self->data,
    .settings = complete (&phase->settings),
    .pool = self->pool,
    .expected = self->expected,
    .checked = self->checked,
    .history = self->history,
    .baseline = self->baseline,
    .optimizer = dnn_optimizer_new (dnn_model_registry (self->model),
                                    phase->optimizer, error),
  };
  return probe->optimizer != NULL && choose_layers (probe, error) &&
         make_objectives (probe, error) && make_class_weights (probe, error) &&
         dnn_trainer_make_callbacks (probe, error);
}

static void
discard_probe (DnnTrainer *self, DnnTrainer *probe)
{
  for (size_t i = 0; i < dnn_model_n_layers (self->model); i++)
    dnn_model_layer (self->model, i)->trainable = self->trainable[i];
  dnn_feeder_free (probe->feeder);
  g_clear_pointer (&probe->class_weights, g_array_unref);
  dnn_plateau_free (probe->plateau);
  dnn_early_stopping_free (probe->stopping);
  dnn_optimizer_free (probe->optimizer);
  dnn_objective_free (probe->evaluation);
  dnn_objective_free (probe->objective);
}

bool
dnn_trainer_check_phase (DnnTrainer *self, const DnnPhase *phase,
                         GError **error)
{
  DnnTrainer probe;
  bool ok = make_probe (self, phase, &probe, error);

  discard_probe (self, &probe);
  return ok;
}

bool
dnn_trainer_try_phase (DnnTrainer *self, const DnnPhase *phase,
                       char **ret_report, GError **error)
{
  DnnTrainer probe;
  g_autofree char *slots = NULL;
  bool ok =
      make_probe (self, phase, &probe, error) &&
      dnn_optimizer_prepare (probe.optimizer, self->model, self->pool, error) &&
      dnn_optimizer_compare (probe.optimizer, self->optimizer, &slots, error) &&
      make_feeder (&probe, &probe.feeder, self->data->train, true, error);

  if (ok)
    *ret_report = dnn_phase_describe (phase, self->model, slots);
  discard_probe (self, &probe);
  return ok;
}

bool
dnn_trainer_begin_phase (DnnTrainer *self, const DnnPhase *phase,
                         char **ret_report, GError **error)
{
  if (self->proof != NULL && !dnn_trainer_end_phase (self, error))
    return false;
  self->settings = complete (&phase->settings);
  self->ended = false;
  self->batch = 0;
  self->phase = g_intern_string (phase->name);
  self->phase_step = self->step;
  self->phase_epoch = self->epoch;
  g_clear_pointer (&self->feeder, dnn_feeder_free);
  g_clear_pointer (&self->validation, dnn_feeder_free);
  if (!choose_layers (self, error) || !make_objectives (self, error) ||
      !make_class_weights (self, error))
    return false;
  if (self->history == NULL)
    make_history (self);
  return dnn_trainer_set_optimizer (self, phase->optimizer, ret_report,
                                    error) &&
         dnn_trainer_make_callbacks (self, error) && replan (self, error) &&
         dnn_trainer_begin_callbacks (self, error);
}

bool
dnn_trainer_restart (DnnTrainer *self, GError **error)
{
  return dnn_trainer_make_callbacks (self, error) && replan (self, error) &&
         dnn_trainer_begin_callbacks (self, error);
}

bool
dnn_trainer_end_phase (DnnTrainer *self, GError **error)
{
  if (self->ended)
    return true;
  if (!dnn_proof_check (self->proof, error)) {
    g_prefix_error (error, "phase '%s': ", self->phase);
    return false;
  }
  self->ended = true;
  if (!dnn_trainer_is_broken_off (self))
    return dnn_trainer_finish_weights (self, error);
  g_clear_pointer (&self->restored, g_free);
  g_clear_pointer (&self->last, dnn_snapshot_free);
  return true;
}
