/* show-model.c - the weights to validate and save, where training has others
 *
 * They stand in the model while somebody looks; those that training goes on
 * with wait in `shown`.
 */
#include "dnn-trainer-private.h"

bool
dnn_trainer_show_model (DnnTrainer *self, GError **error)
{
  if (self->finished || self->shown != NULL ||
      !dnn_optimizer_has_model (self->parts.optimizer))
    return true;
  self->shown = dnn_snapshot_new (self->model, error);
  return self->shown != NULL &&
         dnn_optimizer_write_model (self->parts.optimizer, self->model, error);
}

void
dnn_trainer_hide_model (DnnTrainer *self)
{
  if (self->shown != NULL)
    dnn_snapshot_put (self->shown, self->model);
  g_clear_pointer (&self->shown, dnn_snapshot_free);
}

bool
dnn_trainer_hand_over (DnnTrainer *self, DnnOptimizer *next, char **ret_report,
                       GError **error)
{
  DnnOptimizer *last = self->parts.optimizer;
  const bool has_model = dnn_optimizer_has_model (last);

  if (has_model && self->finished) {
    *ret_report = g_strdup ("the weights are now the model's; all slots begin "
                            "anew");
    return true;
  }
  if (has_model &&
      !dnn_optimizer_leave (last, self->model,
                            !dnn_optimizer_is_same_plugin (last, next), error))
    return false;
  return dnn_optimizer_adopt (next, last, ret_report, error);
}
