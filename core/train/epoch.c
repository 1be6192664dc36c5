/* epoch.c - steps and epochs */
#include "dnn-clock.h"
#include "dnn-diagnosis.h"
#include "dnn-inference.h"
#include "dnn-trainer-private.h"

#include <math.h>

/* --- one step ------------------------------------------------------------ */

/* The batch that was gathered last, with the step it belongs to. */
static DnnPassInfo
info_of (const DnnTrainer *self, uint64_t step, const DnnBatch *batch)
{
  return (DnnPassInfo){ (uint64_t) self->parts.settings.seed, step, true,
                        (uint64_t) self->epoch, batch->rows };
}

/* Batch number i is gathered anew: layers that run in place have written over
 * it. */
static bool
diagnose (DnnTrainer *self, uint64_t step, int64_t i, DnnDiagnosis *ret_it,
          GError **error)
{
  const DnnBatch *batch = dnn_feeder_get (self->feeder, i);

  *ret_it = (DnnDiagnosis){
    .model = self->model,
    .feeder = self->feeder,
    .batch = batch,
    .objective = self->parts.objective,
    .info = info_of (self, step, batch),
    .epoch = self->epoch + 1,
  };
  return dnn_trainer_change_rows (self, batch, &ret_it->info, error);
}

static bool
check_loss (DnnTrainer *self, const DnnBatch *batch, GError **error)
{
  double loss = dnn_objectives_batch_loss (self->parts.objective);
  DnnDiagnosis diagnosis;

  if (isfinite (loss))
    return true;
  if (!diagnose (self, self->step, batch->index, &diagnosis, error))
    return false;
  self->lost = dnn_diagnosis_find_weight (self->model) != NULL;
  dnn_diagnosis_set_loss_error (&diagnosis, loss, error);
  return false;
}

bool
dnn_trainer_check_finite (DnnTrainer *self, GError **error)
{
  g_autofree char *what =
      dnn_diagnosis_check (self->model, self->parts.optimizer);

  if (what == NULL)
    return true;
  self->lost = true;
  g_set_error (error, DNN_ERROR, DNN_ERROR_DIVERGED,
               "%s is not finite %s step %" G_GUINT64_FORMAT, what,
               self->step > 0 ? "after" : "before",
               self->step > 0 ? self->step : 1);
  return false;
}

void
dnn_trainer_explain_step (DnnTrainer *self, const char *what, GError **error)
{
  DnnDiagnosis diagnosis;

  if (diagnose (self, self->step - 1, self->batch - 1, &diagnosis, error))
    dnn_diagnosis_set_step_error (&diagnosis, what, error);
}

bool
dnn_trainer_train_batch (DnnTrainer *self, const DnnBatch *batch,
                         GError **error)
{
  const DnnPassInfo info = info_of (self, self->step, batch);
  DnnSink sink = dnn_optimizer_sink (self->parts.optimizer);
  const bool gradient = dnn_plan_trains (batch->plan);

  dnn_objectives_set_penalty (self->parts.objective,
                              dnn_model_penalty (self->model, self->pool));
  if (!dnn_trainer_change_rows (self, batch, &info, error) ||
      !dnn_executor_forward (batch->plan, &info, error) ||
      !dnn_objectives_update (self->parts.objective, batch, gradient, error) ||
      !check_loss (self, batch, error))
    return false;
  dnn_optimizer_set_length (self->parts.optimizer,
                            dnn_trainer_phase_length (self));
  dnn_optimizer_set_batch (self->parts.optimizer,
                           dnn_objectives_batch_loss (self->parts.objective),
                           dnn_trainer_look_again, self);
  self->again = batch->index;
  self->again_info = info;
  dnn_optimizer_begin_step (self->parts.optimizer, self->step,
                            self->step - self->phase_step);
  if (gradient && !dnn_executor_backward (batch->plan, &info, &sink, error))
    return false;
  dnn_optimizer_end_step (self->parts.optimizer);
  self->step++;
  return dnn_optimizer_check (self->parts.optimizer, error);
}

const DnnBatch *
dnn_trainer_next_batch (DnnTrainer *self)
{
  const int64_t n = dnn_feeder_n_batches (self->feeder);
  const int64_t i = dnn_trainer_phase_step (self);
  const DnnKey key = dnn_trainer_order_key (self, i / n);

  if (i % n == 0)
    dnn_feeder_set_order (self->feeder,
                          self->parts.settings.shuffle ? &key : NULL);
  return dnn_feeder_get (self->feeder, i % n);
}

void
dnn_trainer_on_step (DnnTrainer *self, DnnAfterStep after_step,
                     DnnAfterEpoch after_epoch, void *data)
{
  self->after_step = after_step;
  self->after_epoch = after_epoch;
  self->after_data = data;
}

void
dnn_trainer_set_ends_after (DnnTrainer *self, int64_t steps)
{
  self->parts.settings.ends_after = steps;
}

/* --- one epoch ----------------------------------------------------------- */

/* Progress is told at most this often. */
enum { MICROSECONDS_BETWEEN_REPORTS = 50000 };

static void
tell (DnnTrainer *self, const DnnTrainEvents *events, bool last, int64_t *told)
{
  const int64_t now = dnn_clock_coarse ();
  DnnProgress progress;

  if (now - *told < MICROSECONDS_BETWEEN_REPORTS && !last)
    return;
  progress = dnn_trainer_progress (self);
  events->batch (events->data, &progress);
  *told = now;
}

/* Between two steps: whoever watches may look and change; the run saves. */
static bool
ask (DnnTrainer *self, const DnnTrainEvents *events, bool after_step,
     GError **error)
{
  DnnRequest asked = events != NULL && events->between != NULL
                         ? events->between (events->data, self)
                         : DNN_REQUEST_NONE;

  self->stopped = (asked & DNN_REQUEST_STOP) != 0;
  return !after_step || self->after_step == NULL ||
         self->after_step (self->after_data, asked, error);
}

static bool
train_batches (DnnTrainer *self, const DnnTrainEvents *events,
               double *ret_losses, GError **error)
{
  int64_t told = self->epoch_start;
  int64_t n;

  /* Counted anew: whoever is asked between two steps may break the phase off.
   */
  while (self->batch < (n = dnn_trainer_count_batches (self)) &&
         !self->stopped) {
    const int64_t i = self->batch;

    if (self->probe != NULL && i + 1 == n)
      dnn_probe_before_step (self->probe);
    if (!dnn_trainer_refresh (self, error) ||
        !dnn_trainer_train_batch (self, dnn_feeder_get (self->feeder, i),
                                  error))
      return false;
    self->batch++;
    if (ret_losses != NULL)
      ret_losses[i] = dnn_objectives_batch_loss (self->parts.objective);
    if (events != NULL && events->batch != NULL)
      tell (self, events, i + 1 == n, &told);
    if (!ask (self, events, true, error))
      return false;
  }
  return true;
}

static bool
fill_epoch (DnnTrainer *self, DnnHistoryEpoch *epoch, GError **error)
{
  uint64_t steps = self->step - self->phase_step;

  epoch->loss = dnn_objectives_loss (self->parts.objective);
  for (size_t i = 0; i < dnn_objectives_n_metrics (self->parts.objective); i++)
    epoch->metrics[i] = dnn_objectives_result (self->parts.objective, i);
  epoch->learning_rate =
      dnn_optimizer_rate (self->parts.optimizer, steps > 0 ? steps - 1 : 0);
  if (!dnn_trainer_run_validation (self, epoch, error))
    return false;
  epoch->seconds = (double) (g_get_monotonic_time () - self->epoch_start) / 1e6;
  return true;
}

/* Tells once why the loss of validation is not finite, though the one that is
 * trained on is. */
static bool
warn_of_validation (DnnTrainer *self, const DnnTrainEvents *events,
                    const DnnHistoryEpoch *epoch, GError **error)
{
  g_autofree char *why = NULL, *text = NULL;

  if (self->validation == NULL || isfinite (epoch->val_loss) || self->warned ||
      events == NULL || events->warning == NULL)
    return true;
  why = dnn_evaluate_explain (self->model, self->parts.evaluation,
                              self->validation, error);
  if (why == NULL)
    return false;
  self->warned = true;
  text = g_strdup_printf ("val_loss is '%g' in epoch %" G_GINT64_FORMAT ": %s",
                          epoch->val_loss, self->epoch + 1, why);
  events->warning (events->data, text);
  return true;
}

/* The last step of an epoch is watched; one that breaks off within has none. */
static bool
is_probed (const DnnTrainer *self)
{
  return self->probe != NULL &&
         (self->batch == dnn_feeder_n_batches (self->feeder) ||
          !dnn_trainer_is_broken_off (self));
}

static bool
finish_epoch (DnnTrainer *self, const DnnTrainEvents *events, const DnnKey *key,
              GError **error)
{
  DnnHistoryEpoch *epoch = dnn_history_add (self->history, self->phase);
  const bool probed = is_probed (self);

  if (!fill_epoch (self, epoch, error))
    return false;
  if (events != NULL && events->end_epoch != NULL)
    events->end_epoch (events->data, epoch);
  if (!warn_of_validation (self, events, epoch, error) ||
      !dnn_trainer_update_callbacks (self, epoch, events, error))
    return false;
  self->epoch++;
  self->batch = 0;
  return (!probed || dnn_trainer_probe (self, key, events, error)) &&
         (self->after_epoch == NULL ||
          self->after_epoch (self->after_data, error)) &&
         ask (self, events, false, error);
}

bool
dnn_trainer_epoch (DnnTrainer *self, const DnnTrainEvents *events,
                   double *ret_losses, GError **error)
{
  const DnnKey key = dnn_trainer_order_key (self, self->epoch);
  const DnnKey *order = self->parts.settings.shuffle ? &key : NULL;

  self->ended = false;
  if (self->finished && self->last != NULL)
    dnn_snapshot_put (self->last, self->model); /* it goes on after all */
  self->finished = false;
  self->stopped = false;
  self->epoch_start = g_get_monotonic_time ();
  dnn_optimizer_set_length (self->parts.optimizer,
                            dnn_trainer_phase_length (self));
  dnn_feeder_set_order (self->feeder, order);
  if (self->batch == 0)
    dnn_objectives_reset (self->parts.objective);
  if (events != NULL && events->begin_epoch != NULL) {
    DnnProgress progress = dnn_trainer_progress (self);

    events->begin_epoch (events->data, &progress);
  }
  return train_batches (self, events, ret_losses, error) &&
         (self->stopped || finish_epoch (self, events, order, error));
}

bool
dnn_trainer_fit (DnnTrainer *self, const DnnTrainEvents *events, GError **error)
{
  self->stopped = false;
  while (!self->stopped && !dnn_trainer_is_phase_over (self))
    if (!dnn_trainer_epoch (self, events, NULL, error))
      return false;
  return dnn_trainer_is_stopped (self) || dnn_trainer_end_phase (self, error);
}

/* --- evaluation ---------------------------------------------------------- */

bool
dnn_trainer_evaluate (DnnTrainer *self, const DnnSplit *split, double *ret_loss,
                      double *ret_metrics, GError **error)
{
  DnnPassInfo info = { .seed = (uint64_t) self->parts.settings.seed,
                       .step = self->step };
  DnnPlanOptions options = { .batch = DNN_EVALUATION_BATCH,
                             .loss = self->parts.loss };
  g_autoptr (DnnFeeder) feeder = dnn_feeder_new (
      self->model, self->pool, self->data, split, &options, NULL, error);
  bool ok;

  if (feeder == NULL)
    return false;

  ok = dnn_trainer_show_model (self, error) &&
       dnn_evaluate_feeder (self->parts.evaluation, feeder, &info, ret_loss,
                            ret_metrics, error);
  dnn_trainer_hide_model (self);
  return ok;
}
