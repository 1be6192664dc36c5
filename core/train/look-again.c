/* look-again.c - the batch of a step, run once more at other weights
 *
 * The rows are gathered again, since layers that run in place have written
 * over them; random numbers are the step's, so that dropout leaves out the
 * same.  Buffers, such as moving means, have seen the batch already.
 */
#include "dnn-trainer-private.h"

bool
dnn_trainer_make_again (DnnTrainer *self, GError **error)
{
  g_clear_pointer (&self->buffers, dnn_snapshot_free);
  if (!dnn_optimizer_looks_again (self->parts.optimizer))
    return true;
  self->buffers = dnn_snapshot_new_of_buffers (self->model, error);
  return self->buffers != NULL;
}

/* A DnnEvaluate. */
bool
dnn_trainer_look_again (void *data, double *ret_loss, GError **error)
{
  DnnTrainer *self = data;
  const DnnBatch *batch = dnn_feeder_get (self->feeder, self->again);
  const DnnPassInfo *info = &self->again_info;
  const DnnSink sink = dnn_optimizer_sink (self->parts.optimizer);
  bool ok;

  dnn_snapshot_take (self->buffers, self->model);
  dnn_objectives_set_penalty (self->parts.objective,
                              dnn_model_penalty (self->model, self->pool));
  ok = dnn_trainer_change_rows (self, batch, info, error) &&
       dnn_executor_forward (batch->plan, info, error) &&
       dnn_objectives_look_again (self->parts.objective, batch, ret_loss,
                                  error) &&
       dnn_executor_backward (batch->plan, info, &sink, error);
  dnn_snapshot_put (self->buffers, self->model);
  return ok;
}
