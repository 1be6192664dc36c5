/* dnn-trainer-health.c - a trainer that looks after the health of its model */
#include "dnn-trainer-private.h"

void
dnn_trainer_enable_health (DnnTrainer *self)
{
  if (self->probe != NULL)
    return;
  self->probe = dnn_probe_new (self->model);
  self->health = dnn_health_new ();
}

const DnnHealth *
dnn_trainer_health (const DnnTrainer *self)
{
  return self->health;
}

bool
dnn_trainer_probe (DnnTrainer *self, const DnnKey *order,
                   const DnnTrainEvents *events, GError **error)
{
  DnnProbeTask task = {
    .pool = self->pool,
    .data = self->data,
    .order = order,
    .objective = self->objective,
    .logits = self->logits,
    .info = { (uint64_t) self->settings.seed, self->step, true },
  };
  DnnHealthEpoch *epoch = dnn_health_add (self->health, self->epoch,
                                          dnn_model_n_layers (self->model));

  if (!dnn_probe_run (self->probe, &task, epoch, error))
    return false;
  if (events != NULL && events->health != NULL)
    events->health (events->data, epoch);
  return true;
}
