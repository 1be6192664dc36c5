/* dnn-trainer.c - what a trainer is made of, and its phases */
#include "dnn-trainer.h"

#include "dnn-blas.h"
#include "dnn-first.h"
#include "dnn-inference.h"
#include "dnn-phase.h"
#include "dnn-prefix.h"
#include "dnn-trainer-private.h"

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
  dnn_snapshot_free (self->shown);
  dnn_snapshot_free (self->buffers);
  dnn_snapshot_free (self->last);
  dnn_history_free (self->history);
  dnn_feeder_free (self->validation);
  dnn_augment_free (self->augment);
  dnn_feeder_free (self->feeder);
  dnn_phase_parts_clear (&self->parts);
  dnn_pool_free (self->pool);
  dnn_model_unref (self->model);
  g_free (self);
}

/* Returns: (transfer full): `trainable` of each layer. */
static bool *
list_trainable (const DnnModel *model)
{
  bool *trainable = g_new0 (bool, dnn_model_n_layers (model) + 1);

  for (size_t i = 0; i < dnn_model_n_layers (model); i++)
    trainable[i] = dnn_model_layer (model, i)->trainable;
  return trainable;
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

  if (!dnn_blas_init (error))
    return NULL;
  self->model = dnn_model_ref (model);
  self->data = data;
  self->pool = dnn_pool_new ((unsigned) phase->settings.threads);
  self->baseline = list_trainable (model);
  if (!dnn_trainer_begin_phase (self, phase, NULL, error))
    return NULL;
  return g_steal_pointer (&self);
}

/* --- plans --------------------------------------------------------------- */

static DnnPlanOptions
options_of (const DnnPhaseParts *parts, bool training)
{
  return (DnnPlanOptions){
    .batch = training ? parts->settings.batch_size : DNN_EVALUATION_BATCH,
    .training = training,
    .loss = parts->loss,
    .store_gradients = dnn_optimizer_stores_gradients (parts->optimizer),
  };
}

static bool
make_feeder (DnnTrainer *self, DnnFeeder **feeder, const DnnSplit *split,
             bool training, GError **error)
{
  DnnPlanOptions options = options_of (&self->parts, training);
  g_autoptr (DnnArray) cache = NULL;

  options.first_stage = self->prefix;
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
  if (*feeder != NULL && training && self->parts.class_weights != NULL)
    dnn_feeder_set_class_weights (
        *feeder, &g_array_index (self->parts.class_weights, double, 0),
        self->parts.class_weights->len);
  return *feeder != NULL;
}

/* Brings everything that depends on which layers train up to date. */
static bool
replan (DnnTrainer *self, GError **error)
{
  g_free (self->trainable);
  self->trainable = list_trainable (self->model);
  /* It computes a row for each row there is: they may be too many. */
  self->prefix =
      self->data->memory_limit == 0 && !dnn_trainer_changes_rows (self)
          ? dnn_prefix_find (self->model)
          : 0;
  dnn_proof_free (self->proof);
  self->proof = dnn_proof_new (self->model);
  return dnn_optimizer_prepare (self->parts.optimizer, self->model, self->pool,
                                error) &&
         dnn_trainer_make_again (self, error) &&
         make_feeder (self, &self->feeder, self->data->train, true, error) &&
         dnn_trainer_make_augment (self, error) &&
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

DnnKey
dnn_trainer_order_key (const DnnTrainer *self, int64_t epoch)
{
  return (DnnKey){ .seed = (uint64_t) self->parts.settings.seed,
                   .owner = dnn_random_owner ("order of the rows"),
                   .step = (uint64_t) epoch };
}

/* --- first values -------------------------------------------------------- */

/* Sets weights whose first values depend on the data, with the first batch. */
static bool
fill_by_data (DnnTrainer *self, GError **error)
{
  const DnnTrainSettings *settings = &self->parts.settings;
  const DnnPlanOptions options = options_of (&self->parts, true);
  const DnnKey key = dnn_trainer_order_key (self, 0);
  g_autoptr (DnnFeeder) feeder = NULL;

  if (self->step > 0 || !dnn_first_is_due (self->model))
    return true;
  feeder = dnn_feeder_new (self->model, self->pool, self->data,
                           self->data->train, &options, NULL, error);
  if (feeder == NULL)
    return false;
  dnn_feeder_set_order (feeder, settings->shuffle ? &key : NULL);
  return dnn_first_run (dnn_feeder_get (feeder, 0)->plan,
                        (uint64_t) settings->seed, error);
}

/* --- phases -------------------------------------------------------------- */

/* Makes an optimizer ready to step, with the slots of the one until now. */
static bool
begin_optimizer (DnnTrainer *self, DnnOptimizer *optimizer,
                 const DnnTrainSettings *settings, char **ret_report,
                 GError **error)
{
  g_autofree char *report = NULL;

  if (!dnn_optimizer_prepare (optimizer, self->model, self->pool, error) ||
      (self->parts.optimizer != NULL &&
       !dnn_trainer_hand_over (self, optimizer, &report, error)))
    return false;
  dnn_optimizer_set_seed (optimizer, (uint64_t) settings->seed);
  if (ret_report != NULL)
    *ret_report = g_steal_pointer (&report);
  return true;
}

bool
dnn_trainer_set_optimizer (DnnTrainer *self, const DnnSpec *optimizer,
                           char **ret_report, GError **error)
{
  g_autoptr (DnnOptimizer) other =
      dnn_optimizer_new (dnn_model_registry (self->model), optimizer, error);

  if (other == NULL ||
      !begin_optimizer (self, other, &self->parts.settings, ret_report, error))
    return false;
  dnn_optimizer_free (self->parts.optimizer);
  self->parts.optimizer = g_steal_pointer (&other);
  /* It may need gradients kept that the other did not. */
  return replan (self, error);
}

bool
dnn_trainer_check_phase (DnnTrainer *self, const DnnPhase *phase,
                         GError **error)
{
  g_autofree bool *before = list_trainable (self->model);
  g_auto (DnnPhaseParts) trial = { 0 };
  const bool ok = dnn_phase_parts_make (&trial, self, phase, error);

  dnn_trainer_set_layers (self, before);
  return ok;
}

/* Slots and a plan, begun but not kept. */
static bool
try_parts (const DnnTrainer *self, const DnnPhaseParts *trial, char **ret_slots,
           GError **error)
{
  const DnnPlanOptions options = options_of (trial, true);
  g_autoptr (DnnFeeder) feeder = NULL;

  if (!dnn_optimizer_prepare (trial->optimizer, self->model, self->pool,
                              error) ||
      !dnn_optimizer_compare (trial->optimizer, self->parts.optimizer,
                              ret_slots, error))
    return false;
  feeder = dnn_feeder_new (self->model, self->pool, self->data,
                           self->data->train, &options, NULL, error);
  return feeder != NULL;
}

bool
dnn_trainer_try_phase (DnnTrainer *self, const DnnPhase *phase,
                       char **ret_report, GError **error)
{
  g_autofree bool *before = list_trainable (self->model);
  g_autofree char *slots = NULL;
  g_auto (DnnPhaseParts) trial = { 0 };
  const bool ok = dnn_phase_parts_make (&trial, self, phase, error) &&
                  try_parts (self, &trial, &slots, error);

  if (ok)
    *ret_report = dnn_phase_describe (phase, self->model, slots);
  dnn_trainer_set_layers (self, before);
  return ok;
}

/* Makes the phase's parts the trainer's, whose optimizer gives its slots to the
 * new one.  The plans go first: there need not be room for both. */
static bool
swap_parts (DnnTrainer *self, const DnnPhase *phase, char **ret_report,
            GError **error)
{
  g_auto (DnnPhaseParts) parts = { 0 };
  DnnPhaseParts old;

  if (!dnn_phase_parts_make (&parts, self, phase, error))
    return false;
  g_clear_pointer (&self->feeder, dnn_feeder_free);
  g_clear_pointer (&self->validation, dnn_feeder_free);
  if (!begin_optimizer (self, parts.optimizer, &parts.settings, ret_report,
                        error))
    return false;
  old = self->parts;
  self->parts = parts;
  parts = old;
  return true;
}

bool
dnn_trainer_begin_phase (DnnTrainer *self, const DnnPhase *phase,
                         char **ret_report, GError **error)
{
  g_autofree bool *before = list_trainable (self->model);

  if (self->proof != NULL && !dnn_trainer_end_phase (self, error))
    return false;
  if (!swap_parts (self, phase, ret_report, error)) {
    dnn_trainer_set_layers (self, before);
    if (self->proof != NULL && self->feeder == NULL)
      replan (self, NULL);
    return false;
  }
  self->ended = false;
  self->finished = false;
  self->batch = 0;
  self->phase = g_intern_string (phase->name);
  self->phase_step = self->step;
  self->phase_epoch = self->epoch;
  return fill_by_data (self, error) && replan (self, error) &&
         dnn_trainer_begin_callbacks (self, error);
}

bool
dnn_trainer_restart (DnnTrainer *self, GError **error)
{
  return dnn_phase_parts_make_callbacks (&self->parts, self, error) &&
         replan (self, error) && dnn_trainer_begin_callbacks (self, error);
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
