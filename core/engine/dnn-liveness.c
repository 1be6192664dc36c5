/* dnn-liveness.c - blocks with the times at which they are live
 *
 * Time: layer i runs forward at i, the loss at L, layer i backward at 2L - i;
 * 2L + 1 is the end of the step.
 */
#include "dnn-liveness.h"

#include "dnn-dtype.h"
#include "dnn-parametrization.h"
#include "dnn-plan-loss.h"

#include <string.h>

typedef struct {
  DnnPlan *plan;
  GArray *blocks; /* of DnnBlock */
} Planner;

static int
forward_time (size_t i)
{
  return (int) i;
}

static int
loss_time (const DnnPlan *plan)
{
  return (int) plan->n_stages;
}

static int
backward_time (const DnnPlan *plan, size_t i)
{
  return 2 * (int) plan->n_stages - (int) i;
}

static int
end_time (const DnnPlan *plan)
{
  return 2 * (int) plan->n_stages + 1;
}

/* --- blocks -------------------------------------------------------------- */

static void
new_block (Planner *self, DnnPlaced *placed, size_t copies, int first, int last)
{
  DnnBlock block = {
    .size = dnn_tensor_bytes (&placed->tensor) * copies,
    .first = first,
    .last = last,
  };

  placed->block = (int) self->blocks->len;
  g_array_append_val (self->blocks, block);
}

static void
extend (Planner *self, const DnnPlaced *placed, int time)
{
  DnnBlock *block = &g_array_index (self->blocks, DnnBlock, placed->block);

  block->first = MIN (block->first, time);
  block->last = MAX (block->last, time);
}

/* --- what is kept -------------------------------------------------------- */

static uint32_t
activation_needs (const DnnStage *stage)
{
  const DnnComponent *activation = stage->layer->activation;

  if (activation == NULL)
    return 0;
  return ((const DnnActivationOps *) activation->code->ops)->needs;
}

static uint32_t
component_reads (const DnnStage *stage)
{
  return stage->layer->component != NULL ? stage->built->reads : 0;
}

/* True if backward of the stage reads its inputs. */
static bool
reads_x (const DnnStage *stage)
{
  bool by_activation = stage->layer->component == NULL &&
                       (activation_needs (stage) & DNN_NEEDS_X) != 0;

  return stage->runs_backward &&
         ((component_reads (stage) & DNN_READS_X) != 0 || by_activation);
}

/* True if it reads what it gave on, after the activation. */
static bool
reads_y (const DnnStage *stage)
{
  bool by_component = stage->layer->activation == NULL &&
                      (component_reads (stage) & DNN_READS_Y) != 0;

  return stage->runs_backward &&
         (by_component || (activation_needs (stage) & DNN_NEEDS_Y) != 0);
}

/* True if backward or the loss looks at the output before the activation. */
static bool
keeps_z (const DnnPlan *plan, const DnnStage *stage)
{
  if (stage->layer->component == NULL || stage->layer->activation == NULL)
    return false;
  if (plan->options.watched)
    return true;
  for (uint32_t i = 0; i < plan->n_heads; i++)
    if (plan->heads[i].loss_input == &stage->out->z)
      return true;
  return stage->runs_backward &&
         ((activation_needs (stage) & DNN_NEEDS_X) != 0 ||
          (component_reads (stage) & DNN_READS_Y) != 0);
}

/* True if a loss looks at the value, or at what it was before the activation.
 */
static bool
is_looked_at (const DnnPlan *self, const DnnValue *value)
{
  for (uint32_t i = 0; i < self->n_heads; i++)
    if (self->heads[i].loss_input == &value->y ||
        self->heads[i].loss_input == &value->z ||
        self->heads[i].prediction == &value->y)
      return true;
  return false;
}

/* True if the output may be written over the first input. */
static bool
can_run_in_place (const DnnPlan *plan, const DnnStage *stage)
{
  const DnnLayer *layer = stage->layer;
  const DnnValue *x = layer->n_inputs > 0 ? stage->in[0] : NULL;

  if (x == NULL || x->y.block < 0 || stage->out->is_term ||
      x->n_consumers != 1 || is_looked_at (plan, x) || plan->options.watched)
    return false;
  if (reads_x (stage) ||
      (layer->component != NULL &&
       (layer->component->code->flags & DNN_FLAG_IN_PLACE) == 0))
    return false;
  if (dnn_count (&x->y.tensor) != dnn_count (&stage->out->y.tensor))
    return false;
  return x->producer < 0 || !reads_y (&plan->stages[x->producer]);
}

/* --- forward ------------------------------------------------------------- */

static void
place_outputs (Planner *self, size_t i)
{
  DnnPlan *plan = self->plan;
  DnnStage *stage = &plan->stages[i];
  int now = forward_time (i);

  for (uint32_t j = 0; j < stage->n_outputs; j++) {
    DnnValue *value = &stage->out[j];

    if (dnn_plan_drops (plan, value))
      continue;
    if (j == 0 && can_run_in_place (plan, stage)) {
      value->z.block = stage->in[0]->y.block;
      extend (self, &value->z, now);
    } else {
      new_block (self, &value->z, 1, now, now);
    }
    if (j == 0 && keeps_z (plan, stage)) {
      new_block (self, &value->y, 1, now, now);
      if (stage->runs_backward)
        extend (self, &value->z, backward_time (plan, i));
    } else {
      value->y.block = value->z.block;
    }
    if (reads_y (stage))
      extend (self, &value->y, backward_time (plan, i));
  }
}

static void
extend_inputs (Planner *self, size_t i)
{
  DnnStage *stage = &self->plan->stages[i];

  for (uint32_t j = 0; j < stage->layer->n_inputs && !stage->left_out; j++) {
    if (stage->in[j]->y.block < 0) /* a target, which lies elsewhere */
      continue;
    extend (self, &stage->in[j]->y, forward_time (i));
    if (reads_x (stage))
      extend (self, &stage->in[j]->y, backward_time (self->plan, i));
  }
}

/* Small, and read by whoever comes until the step ends. */
static void
place_masks (Planner *self, size_t i)
{
  DnnStage *stage = &self->plan->stages[i];
  const int until = end_time (self->plan);

  for (uint32_t j = 0; j < stage->built->own_masks.n; j++)
    new_block (self, &stage->masks[j], 1, forward_time (i), until);
  if (stage->merges_masks)
    new_block (self, &stage->merged, 1, forward_time (i), until);
}

/* Of a stage that runs at these times, forward and backward. */
static void
place_extras (Planner *self, DnnStage *stage, const int times[2])
{
  DnnPlan *plan = self->plan;
  const DnnBuilt *built = stage->built;
  int until = stage->runs_backward ? times[1] : times[0];

  for (uint32_t j = 0; j < built->saved.n; j++)
    new_block (self, &stage->saved[j], 1, times[0], until);
  for (int t = 0; t < (stage->runs_backward ? 2 : 1); t++) {
    for (uint32_t j = 0; j < built->scratch.n; j++)
      new_block (self, &stage->scratch[t][j], 1, times[t], times[t]);
    for (uint32_t j = 0; j < built->worker_scratch.n; j++)
      new_block (self, &stage->worker[t][j], dnn_pool_size (plan->pool),
                 times[t], times[t]);
  }
}

/* --- backward ------------------------------------------------------------ */

/* The gradient of a value: from its last consumer (or the loss) to its
 * producer.  Where the consumer ran in place, so does its backward. */
static void
place_gradient (Planner *self, DnnValue *value)
{
  DnnPlan *plan = self->plan;
  int until = value->producer < 0
                  ? end_time (plan)
                  : backward_time (plan, (size_t) value->producer);
  int from = dnn_plan_is_head (plan, value)
                 ? loss_time (plan)
                 : backward_time (plan, (size_t) value->last_consumer);
  const DnnStage *consumer =
      value->last_consumer >= 0 ? &plan->stages[value->last_consumer] : NULL;

  if (value->n_consumers == 1 && consumer != NULL && consumer->in[0] == value &&
      consumer->out->gradient.block >= 0 &&
      consumer->out->z.block == value->y.block) {
    value->gradient.block = consumer->out->gradient.block;
    extend (self, &value->gradient, until);
    return;
  }
  new_block (self, &value->gradient, 1, from, until);
}

/* Until when a weight's gradient is needed: the backward of its last user, or
 * the end where all are to be looked at together. */
static int
gradient_end (const DnnPlan *plan, const DnnWeight *weight)
{
  if (plan->options.store_gradients)
    return end_time (plan);
  for (size_t i = 0; i < plan->n_stages; i++) {
    const DnnLayer *layer = plan->stages[i].layer;

    for (uint32_t j = 0; j < layer->n_weights; j++)
      if (layer->weights[j] == weight && plan->stages[i].runs_backward)
        return backward_time (plan, i);
  }
  return end_time (plan);
}

static void
place_backward (Planner *self, size_t i)
{
  DnnPlan *plan = self->plan;
  DnnStage *stage = &plan->stages[i];
  int now = backward_time (plan, i);

  if (!stage->runs_backward)
    return;
  for (uint32_t j = 0; j < stage->built->weights.n; j++)
    if (dnn_layer_wants_gradient (stage->layer, j))
      new_block (self, &stage->dw[j], 1, now,
                 gradient_end (plan, stage->layer->weights[j]));
  for (uint32_t j = 0; j < stage->layer->n_inputs; j++) {
    DnnValue *value = stage->in[j];

    if (value->wanted &&
        (value->n_consumers > 1 || dnn_plan_is_head (plan, value)))
      new_block (self, &stage->spare[j], 1, now, now);
  }
}

static void
place_gradients (Planner *self)
{
  DnnPlan *plan = self->plan;

  for (size_t i = plan->n_values; i-- > 0;) {
    DnnValue *value = &plan->values[i];

    if (value->wanted &&
        (value->last_consumer >= 0 || dnn_plan_is_head (plan, value)))
      place_gradient (self, value);
  }
  for (size_t i = plan->options.first_stage; i < plan->n_stages; i++)
    place_backward (self, i);
}

/* --- parametrized weights ------------------------------------------------ */

/* Forward before the first layer that is handed the weight, backward behind
 * the last; what layers are handed lives in between. */
static void
place_made (Planner *self, DnnMade *made)
{
  DnnPlan *plan = self->plan;
  DnnStage *stage = &made->stage;
  const bool runs_backward = plan->options.training && made->lowest != SIZE_MAX;
  const int times[2] = { forward_time (made->first),
                         backward_time (plan, runs_backward ? made->lowest
                                                            : made->first) };
  const int until = plan->options.store_gradients ? end_time (plan) : times[1];

  new_block (self, &made->y.y, 1, times[0],
             runs_backward ? times[1] : forward_time (made->last));
  made->y.z.block = made->y.y.block;
  place_extras (self, stage, times);
  if (!stage->runs_backward)
    return;
  if (made->x.wanted)
    new_block (self, &made->x.gradient, 1, times[1], until);
  for (uint32_t j = 0; j < stage->built->weights.n; j++)
    if (stage->layer->weights[j] != NULL &&
        dnn_model_is_trainable (plan->model, stage->layer->weights[j]))
      new_block (self, &stage->dw[j], 1, times[1], until);
}

void
dnn_liveness_plan (DnnPlan *plan)
{
  Planner self = { plan, g_array_new (FALSE, TRUE, sizeof (DnnBlock)) };

  for (uint32_t i = 0; i < plan->n_inputs; i++) {
    new_block (&self, &plan->inputs[i]->y, 1, 0, 0);
    plan->inputs[i]->z.block = plan->inputs[i]->y.block;
  }
  for (size_t i = plan->options.first_stage; i < plan->n_stages; i++) {
    extend_inputs (&self, i);
    place_outputs (&self, i);
    place_extras (&self, &plan->stages[i],
                  (int[2]){ forward_time (i), backward_time (plan, i) });
    place_masks (&self, i);
  }
  for (size_t i = 0; i < plan->n_made; i++)
    place_made (&self, &plan->made[i]);
  for (uint32_t i = 0; i < plan->n_heads; i++) {
    extend (&self, plan->heads[i].prediction, loss_time (plan));
    extend (&self, plan->heads[i].loss_input, loss_time (plan));
  }
  for (uint32_t i = 0; i < plan->n_terms; i++)
    extend (&self, &plan->terms[i]->y, loss_time (plan));
  if (plan->options.training)
    place_gradients (&self);

  plan->n_blocks = self.blocks->len;
  plan->blocks = (DnnBlock *) g_array_free (self.blocks, FALSE);
  plan->arena_size = dnn_arena_plan (plan->blocks, plan->n_blocks);
}
