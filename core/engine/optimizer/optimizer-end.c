/* optimizer-end.c - the end of a step: gradients that waited for others
 *
 * A global norm needs them all; so does an optimizer that moves all weights at
 * once, or goes around another.  It may have the batch run again at other
 * weights: the sink then takes the gradients anew.
 */
#include "dnn-optimizer-private.h"

#include "dnn-host.h"

#include <math.h>

/* --- gradients, clipped -------------------------------------------------- */

static void
scale (DnnTensor *dw, float factor)
{
  float *g = dw->data;

  for (int64_t i = 0; factor != 1 && i < dnn_count (dw); i++)
    g[i] *= factor;
}

static void
clip_all (DnnOptimizer *self)
{
  const float global = dnn_optimizer_global_factor (self);

  for (guint i = 0; i < self->states->len; i++) {
    const DnnWeightState *state = g_ptr_array_index (self->states, i);
    DnnTensor *dw = state->pending;

    if (dw == NULL)
      continue;
    scale (dw, global);
    if (isfinite (self->keys.clipnorm))
      scale (dw, dnn_optimizer_clip_factor (dnn_optimizer_sum_of_squares (dw),
                                            self->keys.clipnorm));
    dnn_optimizer_clip_values (self, dw->data, dnn_count (dw));
  }
}

/* A DnnContext's `evaluate`. */
static int32_t
evaluate (void *data, DnnStepAll *a)
{
  DnnOptimizer *self = data;

  dnn_running_end ();
  if (self->error != NULL || self->evaluate == NULL ||
      !self->evaluate (self->evaluate_data, &a->loss, &self->error))
    return dnn_host.fail (a, "the batch could not be evaluated again");
  clip_all (self);
  dnn_running_begin (&self->running);
  return 0;
}

/* --- all at once --------------------------------------------------------- */

/* Those that have a gradient in this step. */
static uint32_t
list_steps (DnnOptimizer *self)
{
  uint32_t n = 0;

  for (guint i = 0; i < self->states->len; i++) {
    DnnWeightState *state = g_ptr_array_index (self->states, i);

    if (state->pending == NULL)
      continue;
    self->step_at[n] = &self->steps[n];
    dnn_optimizer_fill_all (self, state, &self->steps[n++]);
  }
  return n;
}

static void
call_step_all (DnnOptimizer *self)
{
  const DnnOptimizerOps *ops = self->all->code->ops;
  DnnStepAll a = {
    .call = { DNN_END_OF (DnnStepAll, step), 0, &self->context },
    .n_weights = list_steps (self),
    .weights = self->step_at,
    .loss = self->loss,
    .step = self->step,
  };

  dnn_optimizer_resolve (self, self->all, self->all_self);
  self->context.key.owner = dnn_random_owner (self->all->plugin->name);
  self->context.evaluate = evaluate;
  self->context.evaluate_data = self;
  dnn_running_begin (&self->running);
  if (ops->step_all (self->all_self, &dnn_host, &a) != 0)
    dnn_host.fail (&a, "step_all failed without a word");
  dnn_running_end ();
  self->context.evaluate = NULL;
}

static void
step_all (DnnOptimizer *self)
{
  clip_all (self);
  call_step_all (self);
  for (guint i = 0; self->context.message == NULL && i < self->states->len;
       i++) {
    DnnWeightState *state = g_ptr_array_index (self->states, i);

    if (state->pending == NULL)
      continue;
    if (self->around != NULL)
      dnn_optimizer_update_pending (self, state, 1);
    else
      dnn_optimizer_finish_weight (self, state);
  }
}

void
dnn_optimizer_end_step (DnnOptimizer *self)
{
  float factor;

  if (dnn_optimizer_looks_again (self)) {
    step_all (self);
    return;
  }
  if (!isfinite (self->keys.global_clipnorm))
    return;
  factor = dnn_optimizer_global_factor (self);
  for (guint i = 0; i < self->states->len; i++) {
    DnnWeightState *state = g_ptr_array_index (self->states, i);

    if (state->pending != NULL)
      dnn_optimizer_update_pending (self, state, factor);
  }
}
