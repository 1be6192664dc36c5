/* state.c - where training stands: steps, epochs, batches; and how well it does
 * on the validation rows */
#include "dnn-trainer-private.h"

#include "dnn-inference.h"

const DnnHistory *
dnn_trainer_history (const DnnTrainer *self)
{
  return self->history;
}

uint64_t
dnn_trainer_step (const DnnTrainer *self)
{
  return self->step;
}

double
dnn_trainer_rate (const DnnTrainer *self)
{
  return dnn_optimizer_rate (self->parts.optimizer,
                             self->step - self->phase_step);
}

int64_t
dnn_trainer_n_batches (const DnnTrainer *self)
{
  return dnn_feeder_n_batches (self->feeder);
}

bool
dnn_trainer_takes_numbers (const DnnTrainer *self)
{
  for (uint32_t i = 0; i < dnn_model_n_outputs (self->model); i++)
    if (!self->expected[i].set && !self->expected[i].ranged)
      return true;
  return false;
}

bool
dnn_trainer_is_stopped (const DnnTrainer *self)
{
  return self->stopped;
}

const DnnPool *
dnn_trainer_pool (const DnnTrainer *self)
{
  return self->pool;
}

const char *
dnn_trainer_restored (const DnnTrainer *self)
{
  return self->restored;
}

size_t
dnn_trainer_prefix (const DnnTrainer *self)
{
  return self->prefix;
}

bool
dnn_trainer_is_lost (const DnnTrainer *self)
{
  return self->lost;
}

int64_t
dnn_trainer_n_epochs (const DnnTrainer *self)
{
  return self->epoch;
}

int64_t
dnn_trainer_phase_step (const DnnTrainer *self)
{
  return (int64_t) (self->step - self->phase_step);
}

bool
dnn_trainer_sets_rate (const DnnTrainer *self)
{
  for (guint i = 0; i < self->parts.callbacks->len; i++)
    if (dnn_callback_sets_rate (g_ptr_array_index (self->parts.callbacks, i)))
      return true;
  return false;
}

DnnOptimizer *
dnn_trainer_optimizer (const DnnTrainer *self)
{
  return self->parts.optimizer;
}

const DnnObjectives *
dnn_trainer_objective (const DnnTrainer *self)
{
  return self->parts.objective;
}

const DnnFeeder *
dnn_trainer_feeder (const DnnTrainer *self, bool training)
{
  return training ? self->feeder : self->validation;
}

/* --- how far it is ------------------------------------------------------- */

DnnLength
dnn_trainer_phase_length (const DnnTrainer *self)
{
  const DnnTrainSettings *settings = &self->parts.settings;
  const int64_t n = dnn_feeder_n_batches (self->feeder);

  return (DnnLength){ (uint64_t) (settings->steps > 0 ? settings->steps
                                                      : settings->epochs * n),
                      (uint64_t) n };
}

int64_t
dnn_trainer_count_batches (const DnnTrainer *self)
{
  const int64_t limits[] = { self->parts.settings.steps,
                             self->parts.settings.ends_after };
  int64_t n = dnn_feeder_n_batches (self->feeder);
  int64_t before = dnn_trainer_phase_step (self) - self->batch;

  for (size_t i = 0; i < G_N_ELEMENTS (limits); i++)
    if (limits[i] > 0)
      n = MIN (n, limits[i] - before);
  return n;
}

/* Epochs of the run when this phase is done. */
static int64_t
count_epochs (const DnnTrainer *self)
{
  int64_t n = dnn_feeder_n_batches (self->feeder);

  return self->phase_epoch + (self->parts.settings.steps > 0
                                  ? (self->parts.settings.steps + n - 1) / n
                                  : self->parts.settings.epochs);
}

DnnProgress
dnn_trainer_progress (DnnTrainer *self)
{
  for (size_t i = 0; i < dnn_objectives_n_metrics (self->parts.objective); i++)
    self->metrics[i] = dnn_objectives_result (self->parts.objective, i);
  return (DnnProgress){
    .epoch = self->epoch + 1,
    .n_epochs = count_epochs (self),
    .batch = self->batch,
    .n_batches = dnn_trainer_count_batches (self),
    .loss = dnn_objectives_loss (self->parts.objective),
    .metrics = self->metrics,
    .seconds = (double) (g_get_monotonic_time () - self->epoch_start) / 1e6,
  };
}

/* --- whether it is over -------------------------------------------------- */

bool
dnn_trainer_is_broken_off (const DnnTrainer *self)
{
  return self->parts.settings.ends_after > 0 &&
         dnn_trainer_phase_step (self) >= self->parts.settings.ends_after;
}

/* True if no step of the phase is left, of which so many epochs are done. */
static bool
is_trained (const DnnTrainer *self, int64_t n_epochs)
{
  if (dnn_trainer_is_broken_off (self))
    return true;
  if (self->parts.settings.steps > 0)
    return dnn_trainer_phase_step (self) >= self->parts.settings.steps;
  return n_epochs >= self->parts.settings.epochs;
}

bool
dnn_trainer_is_phase_over (const DnnTrainer *self)
{
  for (guint i = 0; i < self->parts.callbacks->len; i++)
    if (dnn_callback_is_over (g_ptr_array_index (self->parts.callbacks, i)))
      return true;
  if (self->batch > 0) /* an epoch has begun: it is yet to be finished */
    return false;
  return is_trained (self, self->epoch - self->phase_epoch);
}

int64_t
dnn_trainer_epochs_done (const DnnTrainer *self)
{
  return self->epoch - self->phase_epoch +
         (self->batch > 0 &&
          self->batch == dnn_feeder_n_batches (self->feeder));
}

bool
dnn_trainer_is_spent (const DnnTrainer *self)
{
  return dnn_trainer_is_phase_over (self) ||
         is_trained (self, dnn_trainer_epochs_done (self));
}

/* --- validation ---------------------------------------------------------- */

bool
dnn_trainer_run_validation (DnnTrainer *self, DnnHistoryEpoch *epoch,
                            GError **error)
{
  DnnPassInfo info = { .seed = (uint64_t) self->parts.settings.seed,
                       .step = self->step };
  bool ok;

  if (self->validation == NULL)
    return true;

  ok = dnn_trainer_show_model (self, error) &&
       dnn_evaluate_feeder (self->parts.evaluation, self->validation, &info,
                            &epoch->val_loss, epoch->val_metrics, error);
  dnn_trainer_hide_model (self);
  return ok;
}
