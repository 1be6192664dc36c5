/* dnn-trainer-epoch.c - steps and epochs */
#include "dnn-diagnosis.h"
#include "dnn-trainer-private.h"

#include <math.h>

/* --- one step ------------------------------------------------------------ */

static bool
check_loss (DnnTrainer *self, const DnnBatch *batch, const DnnPassInfo *info,
            GError **error)
{
  double loss = dnn_objective_batch_loss (self->objective);

  if (isfinite (loss))
    return true;
  /* Layers that run in place have written over the inputs. */
  dnn_feeder_get (self->feeder, batch->index);
  dnn_diagnosis_set_error (batch->plan, info, loss, self->epoch + 1, error);
  return false;
}

/* Steps of the phase, if nothing ends it early. */
static uint64_t
phase_length (const DnnTrainer *self)
{
  if (self->settings.steps > 0)
    return (uint64_t) self->settings.steps;
  return (uint64_t) (self->settings.epochs *
                     dnn_feeder_n_batches (self->feeder));
}

static bool
train_batch (DnnTrainer *self, const DnnBatch *batch, GError **error)
{
  DnnPassInfo info = { (uint64_t) self->settings.seed, self->step, true };
  DnnSink sink = dnn_optimizer_sink (self->optimizer);

  dnn_objective_set_penalty (self->objective, dnn_model_penalty (self->model));
  if (!dnn_executor_forward (batch->plan, &info, error) ||
      !dnn_objective_update (self->objective, batch->plan, &batch->y_true,
                             batch->weights, batch->values, error) ||
      !check_loss (self, batch, &info, error))
    return false;
  dnn_optimizer_set_length (self->optimizer, phase_length (self));
  dnn_optimizer_begin_step (self->optimizer, self->step,
                            self->step - self->phase_step);
  if (batch->plan->loss_value->wanted &&
      (!dnn_objective_gradient (self->objective, batch->plan, &batch->y_true,
                                batch->scale, error) ||
       !dnn_executor_backward (batch->plan, &info, &sink, error)))
    return false;
  dnn_optimizer_end_step (self->optimizer);
  self->step++;
  return dnn_optimizer_check (self->optimizer, error);
}

/* --- one epoch ----------------------------------------------------------- */

/* Batches that are still to be done in this epoch: all, or what the phase has
 * steps left for. */
static int64_t
batches_left (const DnnTrainer *self)
{
  int64_t n = dnn_feeder_n_batches (self->feeder);
  int64_t done = (int64_t) (self->step - self->phase_step);

  return self->settings.steps > 0 ? MIN (n, self->settings.steps - done) : n;
}

/* Epochs of the run when this phase is done. */
static int64_t
count_epochs (const DnnTrainer *self)
{
  int64_t n = dnn_feeder_n_batches (self->feeder);

  return self->phase_epoch + (self->settings.steps > 0
                                  ? (self->settings.steps + n - 1) / n
                                  : self->settings.epochs);
}

static DnnProgress
report (DnnTrainer *self, int64_t batch, int64_t n_batches, int64_t start)
{
  for (size_t i = 0; i < dnn_objective_n_metrics (self->objective); i++)
    self->metrics[i] = dnn_objective_result (self->objective, i);
  return (DnnProgress){
    .epoch = self->epoch + 1,
    .n_epochs = count_epochs (self),
    .batch = batch,
    .n_batches = n_batches,
    .loss = dnn_objective_loss (self->objective),
    .metrics = self->metrics,
    .seconds = (double) (g_get_monotonic_time () - start) / 1e6,
  };
}

/* Progress is told at most this often. */
enum { MICROSECONDS_BETWEEN_REPORTS = 50000 };

static bool
train_batches (DnnTrainer *self, const DnnTrainEvents *events, int64_t start,
               double *ret_losses, GError **error)
{
  const int64_t n = batches_left (self);
  int64_t told = start;

  for (int64_t i = 0; i < n; i++) {
    int64_t now;

    if (self->probe != NULL && i + 1 == n)
      dnn_probe_before_step (self->probe);
    if (!dnn_trainer_refresh (self, error) ||
        !train_batch (self, dnn_feeder_get (self->feeder, i), error))
      return false;
    if (ret_losses != NULL)
      ret_losses[i] = dnn_objective_batch_loss (self->objective);
    now = g_get_monotonic_time ();
    if (events != NULL && events->batch != NULL &&
        (now - told >= MICROSECONDS_BETWEEN_REPORTS || i + 1 == n)) {
      DnnProgress progress = report (self, i + 1, n, start);

      events->batch (events->data, &progress);
      told = now;
    }
  }
  return true;
}

bool
dnn_trainer_validate (DnnTrainer *self, DnnEpoch *epoch, GError **error)
{
  DnnPassInfo info = { (uint64_t) self->settings.seed, self->step, false };

  if (self->validation == NULL)
    return true;

  return dnn_evaluate_feeder (self->evaluation, self->validation, &info,
                              &epoch->val_loss, epoch->val_metrics, error);
}

static bool
finish_epoch (DnnTrainer *self, int64_t start, DnnEpoch *epoch, GError **error)
{
  uint64_t steps = self->step - self->phase_step;

  epoch->loss = dnn_objective_loss (self->objective);
  for (size_t i = 0; i < dnn_objective_n_metrics (self->objective); i++)
    epoch->metrics[i] = dnn_objective_result (self->objective, i);
  epoch->learning_rate =
      dnn_optimizer_rate (self->optimizer, steps > 0 ? steps - 1 : 0);
  if (!dnn_trainer_validate (self, epoch, error))
    return false;
  epoch->seconds = (double) (g_get_monotonic_time () - start) / 1e6;
  return self->stopping == NULL ||
         dnn_early_stopping_update (self->stopping,
                                    self->epoch - self->phase_epoch, epoch,
                                    self->model, error);
}

bool
dnn_trainer_epoch (DnnTrainer *self, const DnnTrainEvents *events,
                   double *ret_losses, GError **error)
{
  DnnKey key = { .seed = (uint64_t) self->settings.seed,
                 .owner = dnn_random_owner ("order of the rows"),
                 .step = (uint64_t) self->epoch };
  int64_t start = g_get_monotonic_time ();
  DnnEpoch *epoch;

  self->ended = false;

  dnn_feeder_set_order (self->feeder, self->settings.shuffle ? &key : NULL);
  dnn_objective_reset (self->objective);
  if (events != NULL && events->begin_epoch != NULL) {
    DnnProgress progress = report (self, 0, batches_left (self), start);

    events->begin_epoch (events->data, &progress);
  }
  if (!train_batches (self, events, start, ret_losses, error))
    return false;
  epoch = dnn_history_add (self->history, self->phase);
  if (!finish_epoch (self, start, epoch, error))
    return false;
  self->epoch++;
  if (events != NULL && events->end_epoch != NULL)
    events->end_epoch (events->data, epoch);
  return self->probe == NULL ||
         dnn_trainer_probe (self, self->settings.shuffle ? &key : NULL, events,
                            error);
}

bool
dnn_trainer_is_phase_over (const DnnTrainer *self)
{
  if (self->stopping != NULL && dnn_early_stopping_is_over (self->stopping))
    return true;
  if (self->settings.steps > 0)
    return (int64_t) (self->step - self->phase_step) >= self->settings.steps;
  return self->epoch - self->phase_epoch >= self->settings.epochs;
}

bool
dnn_trainer_fit (DnnTrainer *self, const DnnTrainEvents *events, GError **error)
{
  while (!dnn_trainer_is_phase_over (self))
    if (!dnn_trainer_epoch (self, events, NULL, error))
      return false;
  return dnn_trainer_end_phase (self, error);
}

/* --- evaluation ---------------------------------------------------------- */

bool
dnn_trainer_evaluate (DnnTrainer *self, const DnnSplit *split, double *ret_loss,
                      double *ret_metrics, GError **error)
{
  DnnPassInfo info = { (uint64_t) self->settings.seed, self->step, false };
  DnnPlanOptions options = { .batch = DNN_EVALUATION_BATCH,
                             .logits = self->logits };
  g_autoptr (DnnFeeder) feeder = dnn_feeder_new (
      self->model, self->pool, self->data, split, &options, NULL, error);

  if (feeder == NULL)
    return false;

  return dnn_evaluate_feeder (self->evaluation, feeder, &info, ret_loss,
                              ret_metrics, error);
}
