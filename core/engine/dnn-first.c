/* dnn-first.c - a forward pass that stops before every layer to fill it */
#include "dnn-first.h"

#include <string.h>

/* --- which --------------------------------------------------------------- */

/* An initializer of 1.0 does not know that there may be an x. */
static bool
looks_at_x (const DnnWeight *weight)
{
  return weight->is_fresh && weight->initializer != NULL &&
         weight->initializer->code->abi_minor >= 1;
}

/* True if all weights and buffers come from their initializers, and are the
 * layer's own. */
static bool
is_fresh (const DnnLayer *layer)
{
  if (dnn_layer_host_arg (layer, "weights") != NULL)
    return false;
  for (uint32_t i = 0; i < layer->n_weights; i++)
    if (layer->weights[i] != NULL && !layer->weights[i]->is_fresh)
      return false;
  for (uint32_t i = 0; i < layer->n_buffers; i++)
    if (layer->buffers[i] != NULL && !layer->buffers[i]->is_fresh)
      return false;
  return true;
}

static bool
has_first (const DnnLayer *layer)
{
  const DnnLayerOps *ops =
      layer->component != NULL ? layer->component->code->ops : NULL;

  return ops != NULL && ops->struct_size >= DNN_END_OF (DnnLayerOps, first) &&
         ops->first != NULL;
}

bool
dnn_first_is_due (const DnnModel *model)
{
  for (size_t i = 0; i < dnn_model_n_layers (model); i++)
    if (has_first (dnn_model_layer (model, i)) &&
        is_fresh (dnn_model_layer (model, i)))
      return true;
  for (size_t i = 0; i < dnn_model_n_weights (model); i++)
    if (looks_at_x (dnn_model_weight (model, i)))
      return true;
  return false;
}

/* --- filling ------------------------------------------------------------- */

typedef struct {
  DnnPlan *plan;
  DnnPassInfo info;
  GPtrArray *buffers; /* (owned) of void *: as they were before forward */
  GError *error;
} First;

static bool
fill_weights (const First *self, const DnnStage *stage, GError **error)
{
  const DnnLayer *layer = stage->layer;

  if (dnn_layer_host_arg (layer, "weights") != NULL)
    return true;
  for (uint32_t i = 0; i < layer->n_weights; i++)
    if (layer->weights[i] != NULL && looks_at_x (layer->weights[i]) &&
        !dnn_weight_fill (layer->weights[i], self->info.seed, stage->pass.x[0],
                          error))
      return false;
  return true;
}

static void
keep_buffers (First *self, const DnnLayer *layer)
{
  for (uint32_t i = 0; i < layer->n_buffers; i++)
    if (layer->buffers[i] != NULL)
      g_ptr_array_add (self->buffers,
                       g_memdup2 (layer->buffers[i]->tensor.data,
                                  dnn_weight_bytes (layer->buffers[i])));
}

static void
put_buffers (const First *self)
{
  guint n = 0;

  for (size_t i = 0; i < self->plan->n_stages; i++) {
    const DnnLayer *layer = self->plan->stages[i].layer;

    for (uint32_t j = 0; j < layer->n_buffers; j++)
      if (layer->buffers[j] != NULL && n < self->buffers->len)
        memcpy (layer->buffers[j]->tensor.data,
                g_ptr_array_index (self->buffers, n++),
                dnn_weight_bytes (layer->buffers[j]));
  }
}

/* Its inputs are there, and it has not run. */
static bool
begin_stage (First *self, DnnStage *stage)
{
  const bool fresh = is_fresh (stage->layer);

  if (!fill_weights (self, stage, &self->error) ||
      (fresh && has_first (stage->layer) &&
       !dnn_executor_first (stage, &self->info, &self->error)))
    return false;
  keep_buffers (self, stage->layer);
  return true;
}

/* A DnnWatch: what comes after the stage that has run. */
static bool
begin_next (void *data, const DnnStage *stage)
{
  First *self = data;
  const size_t next = (size_t) (stage - self->plan->stages) + 1;

  return next == self->plan->n_stages ||
         begin_stage (self, &self->plan->stages[next]);
}

bool
dnn_first_run (DnnPlan *plan, uint64_t seed, GError **error)
{
  g_autoptr (GPtrArray) buffers = g_ptr_array_new_with_free_func (g_free);
  First self = { plan, { .seed = seed, .training = true }, buffers, NULL };
  bool ok =
      begin_stage (&self, &plan->stages[0]) &&
      dnn_executor_forward_watched (plan, &self.info, begin_next, &self, error);

  put_buffers (&self);
  if (self.error != NULL)
    g_propagate_error (error, self.error);
  ok = ok && self.error == NULL;
  for (size_t i = 0; ok && i < dnn_model_n_weights (plan->model); i++)
    dnn_model_weight (plan->model, i)->is_fresh = false;
  return ok;
}
