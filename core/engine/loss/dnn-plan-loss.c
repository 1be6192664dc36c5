/* dnn-plan-loss.c - heads and terms of the loss, and who runs backward */
#include "dnn-plan-loss.h"

#include "dnn-parametrization.h"

/* --- what is left out ---------------------------------------------------- */

void
dnn_plan_find_left_out (DnnPlan *self)
{
  g_autofree bool *needed = dnn_model_find_needed (self->model);

  for (size_t i = 0; i < self->n_stages; i++)
    self->stages[i].left_out = !self->options.loss.counts && !needed[i];
}

void
dnn_plan_leave_out (DnnStage *stage)
{
  stage->built = g_new0 (DnnBuilt, 1);
  stage->masks = g_new0 (DnnPlaced, 1);
  for (uint32_t i = 0; i < stage->layer->outputs.n; i++)
    stage->out[i] = (DnnValue){
      .y = { .block = -1 },
      .z = { .block = -1 },
      .gradient = { .block = -1 },
      .producer = (int) stage->layer->index,
      .last_consumer = -1,
    };
}

const DnnTensor *
dnn_plan_input_of (const DnnPlan *self, const DnnStage *stage, uint32_t i)
{
  const DnnValue *value = stage->in[i];
  const bool lacks = value >= self->targets + self->n_targets &&
                     value < self->targets + DNN_MAX_PARTS;

  return lacks ? NULL : &value->y.tensor;
}

bool
dnn_plan_drops (const DnnPlan *self, const DnnValue *value)
{
  return value->is_term && !self->options.loss.counts &&
         !self->options.training;
}

/* --- where losses look --------------------------------------------------- */

static DnnStage *
last_stage (DnnPlan *self, uint32_t output)
{
  return &self->stages[dnn_model_output (self->model, output)->index];
}

/* Where the loss of output i looks, and where its gradient goes. */
static void
find_head (DnnPlan *self, uint32_t i)
{
  DnnStage *last = last_stage (self, i);
  DnnHead *head = &self->heads[i];

  *head = (DnnHead){
    .prediction = &last->out->y,
    .mask = last->out->mask != NULL ? &last->out->mask->tensor : NULL,
    .loss_input = &last->out->y,
    .loss_value = last->out,
    .has_loss = (self->options.loss.none & (uint32_t) 1 << i) == 0,
  };
  if ((self->options.loss.logits & (uint32_t) 1 << i) == 0)
    return;
  last->skips_gradient = true;
  if (last->layer->component != NULL) {
    head->loss_input = &last->out->z;
    return;
  }
  /* The layer is nothing but the activation: the one before it is looked at. */
  head->loss_input = &last->in[0]->y;
  head->loss_value = last->in[0];
  last->runs_backward = false;
  last->in[0]->last_consumer = -1;
}

static void
find_terms (DnnPlan *self)
{
  self->terms = g_new0 (DnnValue *, self->n_values + 1);
  for (size_t i = 0; i < self->n_values && self->options.loss.counts; i++)
    if (self->values[i].is_term)
      self->terms[self->n_terms++] = &self->values[i];
}

/* --- gradients: who needs them ------------------------------------------- */

/* True for each value that a loss depends on.  Where nothing is counted, the
 * outputs are what gradients begin at. */
static bool *
mark_counted (DnnPlan *self)
{
  bool *counted = g_new0 (bool, self->n_values + 1);

  for (uint32_t i = 0; i < self->n_heads; i++)
    if ((self->options.loss.none & (uint32_t) 1 << i) == 0)
      counted[last_stage (self, i)->out - self->values] = true;
  for (uint32_t i = 0; i < self->n_terms; i++)
    counted[self->terms[i] - self->values] = true;
  for (size_t i = self->n_stages; i-- > 0;) {
    const DnnStage *stage = &self->stages[i];
    bool any = false;

    for (uint32_t j = 0; j < stage->n_outputs; j++)
      any = any || counted[&stage->out[j] - self->values];
    for (uint32_t j = 0; any && j < stage->layer->n_inputs; j++)
      counted[stage->in[j] - self->values] = true;
  }
  return counted;
}

/* True if the stage is to run backward. */
static bool
runs_backward (const DnnPlan *self, const DnnStage *stage, const bool *counted)
{
  bool runs = dnn_layer_learns (stage->layer), any = false;

  for (uint32_t j = 0; j < stage->layer->n_inputs; j++)
    runs = runs || stage->in[j]->wanted;
  for (uint32_t j = 0; j < stage->n_outputs; j++)
    any = any || counted[&stage->out[j] - self->values];
  return runs && any && self->options.training;
}

static bool
check_learns (const DnnPlan *self, const DnnStage *stage, GError **error)
{
  if (!self->options.training || !self->options.loss.counts ||
      stage->runs_backward || !dnn_layer_learns (stage->layer))
    return true;
  g_set_error (error, DNN_ERROR, DNN_ERROR_SHAPE,
               "%s: it is to be trained, and no loss depends on it; "
               "trainable=false leaves it as it is",
               stage->layer->name);
  return false;
}

static bool
find_backward (DnnPlan *self, GError **error)
{
  g_autofree bool *counted = mark_counted (self);

  for (uint32_t i = 0; i < dnn_model_n_inputs (self->model); i++)
    self->values[i].wanted = self->options.input_gradient;
  for (size_t i = 0; i < self->n_stages; i++) {
    DnnStage *stage = &self->stages[i];

    stage->runs_backward = runs_backward (self, stage, counted);
    if (!check_learns (self, stage, error))
      return false;
    for (uint32_t j = 0; j < stage->n_outputs; j++)
      stage->out[j].wanted = stage->runs_backward;
    for (uint32_t j = 0; j < stage->layer->n_inputs; j++)
      if (stage->runs_backward)
        stage->in[j]->last_consumer = (int) i;
  }
  return true;
}

bool
dnn_plan_find_loss (DnnPlan *self, GError **error)
{
  self->n_heads = dnn_model_n_outputs (self->model);
  find_terms (self);
  if (!find_backward (self, error))
    return false;
  for (uint32_t i = 0; i < self->n_heads; i++)
    find_head (self, i);
  return true;
}

bool
dnn_plan_is_head (const DnnPlan *self, const DnnValue *value)
{
  for (uint32_t i = 0; i < self->n_heads; i++)
    if (self->heads[i].has_loss && self->heads[i].loss_value == value)
      return true;
  return value->is_term;
}

bool
dnn_plan_trains (const DnnPlan *self)
{
  for (uint32_t i = 0; i < self->n_heads; i++)
    if (self->heads[i].has_loss && self->heads[i].loss_value->wanted)
      return true;
  for (uint32_t i = 0; i < self->n_terms; i++)
    if (self->terms[i]->wanted)
      return true;
  return false;
}
