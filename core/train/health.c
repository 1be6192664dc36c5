/* health.c - a trainer that looks after its model at the end of
 * every epoch: its health, and event files */
#include "dnn-events.h"
#include "dnn-trainer-private.h"

static bool
enable_probe (DnnTrainer *self, GError **error)
{
  if (self->probe == NULL)
    self->probe = dnn_probe_new (self->model, error);
  if (self->probe == NULL)
    g_prefix_error (error, "health: ");
  return self->probe != NULL;
}

bool
dnn_trainer_enable_health (DnnTrainer *self, GError **error)
{
  if (!enable_probe (self, error))
    return false;
  if (self->health == NULL)
    self->health = dnn_health_new ();
  return true;
}

const DnnHealth *
dnn_trainer_health (const DnnTrainer *self)
{
  return self->health;
}

bool
dnn_trainer_write_events (DnnTrainer *self, const char *folder, GError **error)
{
  g_autoptr (DnnEvents) events = dnn_events_new (folder, error);

  if (events == NULL || !enable_probe (self, error))
    return false;
  dnn_events_free (self->events);
  self->events = g_steal_pointer (&events);
  return true;
}

/* --- events -------------------------------------------------------------- */

/* An error of writing events does not stop training. */
typedef struct {
  DnnEvents *events;
  int64_t step;  /* the epoch's number */
  GError *error; /* (owned) */
} Log;

static void
log_scalar (Log *self, const char *prefix, const char *name, double value)
{
  g_autofree char *tag = g_strconcat (prefix, name, NULL);

  if (self->error == NULL)
    dnn_events_add_scalar (self->events, tag, self->step, value, &self->error);
}

static void
log_tensor (Log *self, const char *prefix, const DnnWeight *weight,
            const DnnTensor *values)
{
  g_autofree char *tag = g_strconcat (prefix, weight->name, NULL);

  if (self->error == NULL)
    dnn_events_add_histogram (self->events, tag, self->step, values->data,
                              dnn_count (values), &self->error);
}

static void
log_gradient (void *data, const DnnWeight *weight, const DnnTensor *dw)
{
  log_tensor (data, "gradients/", weight, dw);
}

static void
log_epoch (Log *self, const DnnTrainer *trainer)
{
  const DnnHistory *history = trainer->history;
  const DnnHistoryEpoch *epoch =
      dnn_history_at (history, dnn_history_count (history) - 1);

  log_scalar (self, "", "loss", epoch->loss);
  for (size_t i = 0; history->metrics[i] != NULL; i++)
    log_scalar (self, "", history->metrics[i], epoch->metrics[i]);
  if (history->validates) {
    log_scalar (self, "val_", "loss", epoch->val_loss);
    for (size_t i = 0; history->metrics[i] != NULL; i++)
      log_scalar (self, "val_", history->metrics[i], epoch->val_metrics[i]);
  }
  log_scalar (self, "", "learning_rate", epoch->learning_rate);
  for (size_t i = 0; i < dnn_model_n_weights (trainer->model); i++) {
    const DnnWeight *weight = dnn_model_weight (trainer->model, i);

    log_tensor (self, "weights/", weight, &weight->tensor);
  }
}

/* Says once what went wrong, and writes no more. */
static void
give_up (DnnTrainer *self, const GError *error, const DnnTrainEvents *events)
{
  g_autofree char *text = g_strdup_printf (
      "%s; training goes on without event files", error->message);

  if (events != NULL && events->message != NULL)
    events->message (events->data, text);
  g_clear_pointer (&self->events, dnn_events_free);
}

/* --- the end of an epoch ------------------------------------------------- */

bool
dnn_trainer_probe (DnnTrainer *self, const DnnKey *order,
                   const DnnTrainEvents *events, GError **error)
{
  Log log = { self->events, self->epoch, NULL };
  DnnProbeTask task = {
    .pool = self->pool,
    .data = self->data,
    .order = order,
    .objective = self->parts.objective,
    .loss = self->parts.loss,
    .info = { (uint64_t) self->parts.settings.seed, self->step, true,
              (uint64_t) self->epoch, NULL },
    .gradient = self->events != NULL ? log_gradient : NULL,
    .gradient_data = &log,
  };
  g_autoptr (DnnHealth) aside = self->health == NULL ? dnn_health_new () : NULL;
  DnnHealthEpoch *epoch =
      dnn_health_add (aside != NULL ? aside : self->health, self->epoch,
                      dnn_model_n_layers (self->model));
  g_autoptr (GError) failure = NULL;

  if (self->events == NULL && self->health == NULL)
    return true;
  if (self->events != NULL)
    log_epoch (&log, self);
  if (!dnn_probe_run (self->probe, &task, epoch, error)) {
    g_clear_error (&log.error);
    return false;
  }
  failure = log.error;
  if (failure != NULL)
    give_up (self, failure, events);
  if (aside == NULL && events != NULL && events->health != NULL)
    events->health (events->data, epoch);
  return true;
}
