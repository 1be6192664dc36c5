/* optimizer-model.c - weights as they are shown, where training has others */
#include "dnn-optimizer-private.h"

#include "dnn-host.h"
#include "dnn-memory.h"

#include <string.h>

bool
dnn_optimizer_has_model (const DnnOptimizer *self)
{
  return self->ops->struct_size >= DNN_END_OF (DnnOptimizerOps, model_weight) &&
         self->ops->model_weight != NULL;
}

bool
dnn_optimizer_is_same_plugin (const DnnOptimizer *self,
                              const DnnOptimizer *other)
{
  return self->component->code == other->component->code;
}

static bool
write_weight (DnnOptimizer *self, DnnWeightState *state, GError **error)
{
  const size_t size = (size_t) dnn_count (&state->shape) * sizeof (float);
  float *w = state->weight->tensor.data;
  float *shown = dnn_memory_new (size, error);
  DnnRunning running = self->running;
  DnnStep step = {
    .call = { DNN_END_OF (DnnStep, scratch), 0, &self->context },
    .n = dnn_count (&state->shape),
    .w = w,
    .slots = state->data,
    .t = state->t,
    .step = self->step,
    .weight = &state->shape,
  };

  if (shown == NULL)
    return false;
  /* Its own parameters: a run that goes on has no step behind it yet. */
  running.call = "model_weight";
  dnn_running_begin (&running);
  self->ops->model_weight (self->component->self, &dnn_host, &step, shown);
  dnn_running_end ();
  memcpy (w, shown, size);
  dnn_memory_free (shown);
  return true;
}

bool
dnn_optimizer_write_model (DnnOptimizer *self, const DnnModel *model,
                           GError **error)
{
  for (guint i = 0; i < self->states->len; i++) {
    DnnWeightState *state = g_ptr_array_index (self->states, i);

    if (state->t > 0 && dnn_model_is_trainable (model, state->weight) &&
        !write_weight (self, state, error))
      return false;
  }
  return true;
}

bool
dnn_optimizer_leave (DnnOptimizer *self, const DnnModel *model, bool all,
                     GError **error)
{
  for (guint i = 0; i < self->states->len; i++) {
    DnnWeightState *state = g_ptr_array_index (self->states, i);

    if (state->t == 0 ||
        (!all && dnn_model_is_trainable (model, state->weight)))
      continue;
    if (!write_weight (self, state, error))
      return false;
    state->t = 0;
  }
  return true;
}
