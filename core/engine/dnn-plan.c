/* dnn-plan.c - shapes, who needs which gradient, and the call structs */
#include "dnn-plan.h"

#include "dnn-liveness.h"
#include "dnn-made.h"
#include "dnn-memory.h"
#include "dnn-parametrization.h"
#include "dnn-plan-loss.h"
#include "dnn-plan-masks.h"
#include "dnn-plan-states.h"
#include "dnn-shape.h"

#include <string.h>

/* --- values and stages --------------------------------------------------- */

static void
value_init (DnnValue *value, const DnnShape *shape, int producer)
{
  value->y = value->z = value->gradient =
      (DnnPlaced){ dnn_tensor_of (shape), -1 };
  value->producer = producer;
  value->last_consumer = -1;
}

static DnnPlaced *
place_list (const DnnDeclaredList *list)
{
  DnnPlaced *placed = g_new0 (DnnPlaced, list->n + 1);

  for (uint32_t i = 0; i < list->n; i++)
    placed[i] = (DnnPlaced){ dnn_declared_tensor (&list->at[i]), -1 };
  return placed;
}

/* Weights have memory of the shapes that the model was made with, and values
 * have places in that number. */
static bool
check_stage (const DnnStage *stage, GError **error)
{
  const DnnLayer *layer = stage->layer;
  const DnnBuilt *built = stage->built;
  const struct {
    const DnnDeclaredList *declared;
    DnnWeight *const *weights;
    uint32_t n;
  } lists[] = { { &built->weights, layer->weights, layer->n_weights },
                { &built->buffers, layer->buffers, layer->n_buffers } };
  bool same = built->outputs.n == layer->outputs.n;

  for (size_t j = 0; j < G_N_ELEMENTS (lists); j++) {
    same = same && lists[j].declared->n == lists[j].n;
    for (uint32_t i = 0; same && i < lists[j].n; i++) {
      const DnnWeight *weight = lists[j].weights[i];
      const DnnDeclared *declared = &lists[j].declared->at[i];
      const DnnShape shape =
          weight != NULL ? dnn_shape_of (&weight->tensor) : DNN_SCALAR;

      same = declared->set == (weight != NULL) &&
             (weight == NULL || dnn_shape_equal (&shape, &declared->shape));
    }
  }
  if (!same)
    g_set_error (error, DNN_ERROR, DNN_ERROR_PLUGIN,
                 "%s: its weights or outputs depend on the batch", layer->name);
  return same;
}

static bool
build_layer (const DnnPlan *self, DnnStage *stage, GError **error)
{
  const uint32_t n = stage->layer->n_inputs;
  g_autofree const DnnTensor **x = g_new0 (const DnnTensor *, n + 1);
  g_autofree const DnnTensor **masks = g_new0 (const DnnTensor *, n + 1);

  for (uint32_t j = 0; j < n; j++) {
    stage->in[j]->n_consumers++;
    x[j] = dnn_plan_input_of (self, stage, j);
    if (stage->in[j]->mask != NULL)
      masks[j] = &stage->in[j]->mask->tensor;
  }
  stage->built = dnn_layer_build (stage->layer, x, masks, error);
  return stage->built != NULL && check_stage (stage, error);
}

/* Connects stage `i` to its inputs and asks the plugin for shapes. */
static bool
build_stage (DnnPlan *self, size_t i, const size_t *first_value, GError **error)
{
  DnnStage *stage = &self->stages[i];
  const DnnLayer *layer = stage->layer;

  stage->in = g_new0 (DnnValue *, layer->n_inputs + 1);
  for (uint32_t j = 0; j < layer->n_inputs; j++) {
    const DnnInput *input = &layer->inputs[j];
    size_t value = input->layer < 0 ? input->output
                                    : first_value[input->layer] + input->output;

    stage->in[j] = &self->values[value];
  }
  stage->out = &self->values[first_value[i]];
  if (stage->left_out) {
    dnn_plan_leave_out (stage);
    return true;
  }
  if (!build_layer (self, stage, error))
    return false;
  stage->n_outputs = stage->built->outputs.n;
  for (uint32_t j = 0; j < stage->n_outputs; j++) {
    value_init (&stage->out[j], &stage->built->outputs.at[j].shape, (int) i);
    stage->out[j].is_term = stage->built->outputs.at[j].is_term;
  }
  dnn_plan_settle_masks (stage);
  return true;
}

static void
init_data (const DnnPlan *self, const DnnShapes *samples, DnnValue *values)
{
  for (uint32_t i = 0; i < samples->n; i++) {
    DnnShape shape = samples->at[i];

    memmove (&shape.dims[1], &shape.dims[0],
             shape.n_dims * sizeof shape.dims[0]);
    shape.dims[0] = self->options.batch;
    shape.n_dims++;
    value_init (&values[i], &shape, -1);
  }
}

static bool
build_stages (DnnPlan *self, GError **error)
{
  g_autofree size_t *first_value = NULL;
  const DnnShapes inputs = dnn_model_input_shapes (self->model);
  const DnnShapes targets = dnn_model_target_shapes (self->model);
  size_t n = inputs.n + DNN_MAX_PARTS;

  self->n_stages = dnn_model_n_layers (self->model);
  self->stages = g_new0 (DnnStage, self->n_stages);
  first_value = g_new0 (size_t, self->n_stages);
  for (size_t i = 0; i < self->n_stages; i++) {
    self->stages[i].layer = dnn_model_layer (self->model, i);
    first_value[i] = n;
    n += self->stages[i].layer->outputs.n;
  }
  self->n_values = n;
  self->values = g_new0 (DnnValue, n);
  self->targets = self->values + inputs.n;
  self->n_targets = self->options.loss.counts ? targets.n : 0;
  init_data (self, &inputs, self->values);
  for (uint32_t i = 0; i < DNN_MAX_PARTS; i++)
    value_init (&self->targets[i], &DNN_SCALAR, -1);
  init_data (self, &targets, self->targets);
  dnn_plan_find_left_out (self);
  for (size_t i = 0; i < self->n_stages; i++)
    if (!build_stage (self, i, first_value, error))
      return false;
  return true;
}

static void
find_inputs (DnnPlan *self)
{
  if (self->options.first_stage > 0) {
    self->inputs[self->n_inputs++] =
        self->stages[self->options.first_stage - 1].out;
    return;
  }
  for (uint32_t i = 0; i < dnn_model_n_inputs (self->model); i++)
    self->inputs[self->n_inputs++] = &self->values[i];
}

/* --- call structs -------------------------------------------------------- */

/* A plugin may look at any index that it might have declared, and finds NULL:
 * there is room for the largest. */
static DnnTensor **
new_pointers (void)
{
  return g_new0 (DnnTensor *, DNN_MAX_DECLARED);
}

static DnnTensor **
pointers (DnnPlaced *placed, const DnnDeclaredList *list)
{
  DnnTensor **array = new_pointers ();

  for (uint32_t i = 0; i < list->n; i++)
    array[i] = list->at[i].set ? &placed[i].tensor : NULL;
  return array;
}

static DnnTensor **
weight_pointers (const DnnPlan *self, DnnWeight *const *weights, uint32_t n)
{
  DnnTensor **array = new_pointers ();

  for (uint32_t i = 0; i < n; i++)
    array[i] = weights[i] != NULL
                   ? (DnnTensor *) dnn_made_tensor (self, weights[i])
                   : NULL;
  return array;
}

static void
fill_pass (DnnPlan *self, DnnStage *stage)
{
  const DnnLayer *layer = stage->layer;
  DnnPass *pass = &stage->pass;
  const DnnTensor **x = g_new0 (const DnnTensor *, layer->n_inputs + 1);
  const DnnTensor **masks = g_new0 (const DnnTensor *, layer->n_inputs + 1);
  DnnTensor **y = new_pointers ();

  for (uint32_t i = 0; i < layer->n_inputs; i++) {
    x[i] = dnn_plan_input_of (self, stage, i);
    if (stage->in[i]->mask != NULL && !layer->drops_mask)
      masks[i] = &stage->in[i]->mask->tensor;
  }
  for (uint32_t i = 0; i < stage->n_outputs; i++)
    y[i] =
        dnn_plan_drops (self, &stage->out[i]) ? NULL : &stage->out[i].z.tensor;

  stage->context.host = &dnn_host;
  stage->context.pool = self->pool;
  stage->context.worker_scratch = stage->worker_data;
  stage->context.worker_stride = stage->worker_stride;
  stage->convs = dnn_convs_new (stage->built);
  stage->context.convs = stage->convs;
  stage->context.key.owner = dnn_random_owner (layer->name);
  pass->call = (DnnCall){ DNN_END_OF (DnnPass, rows), 0, &stage->context };
  pass->n_inputs = layer->n_inputs;
  pass->n_outputs = stage->n_outputs;
  pass->x = x;
  pass->y = y;
  pass->dy = (const DnnTensor *const *) new_pointers ();
  pass->dx = g_new0 (DnnTensor *, layer->n_inputs + 1);
  pass->w = (const DnnTensor *const *) weight_pointers (self, layer->weights,
                                                        layer->n_weights);
  pass->dw = new_pointers ();
  pass->buffers = weight_pointers (self, layer->buffers, layer->n_buffers);
  pass->saved = pointers (stage->saved, &stage->built->saved);
  pass->scratch = new_pointers ();
  pass->masks = masks;
  pass->y_masks = pointers (stage->masks, &stage->built->own_masks);
  dnn_plan_declare_states (self, stage);
}

static void
stage_clear (DnnStage *stage)
{
  const DnnPass *pass = &stage->pass;

  g_free ((void *) pass->x);
  g_free ((void *) pass->y);
  g_free ((void *) pass->dy);
  g_free ((void *) pass->dx);
  g_free ((void *) pass->w);
  g_free ((void *) pass->dw);
  g_free ((void *) pass->buffers);
  g_free ((void *) pass->saved);
  g_free ((void *) pass->scratch);
  g_free ((void *) pass->masks);
  g_free ((void *) pass->y_masks);
  g_free ((void *) pass->states);
  g_free (stage->states);
  dnn_context_clear (&stage->context);
  for (int i = 0; i < 2; i++) {
    g_free (stage->scratch[i]);
    g_free (stage->worker[i]);
  }
  g_free (stage->convs);
  g_free (stage->masks);
  g_free (stage->saved);
  g_free (stage->dw);
  g_free (stage->users);
  g_free (stage->spare);
  g_free (stage->in);
  g_free (stage->built);
}

void
dnn_plan_free (DnnPlan *self)
{
  if (self == NULL)
    return;
  for (size_t i = 0; i < self->n_stages; i++)
    stage_clear (&self->stages[i]);
  for (size_t i = 0; i < self->n_made; i++)
    stage_clear (&self->made[i].stage);
  g_free (self->made);
  dnn_memory_free (self->arena);
  dnn_memory_free (self->states);
  g_free (self->blocks);
  g_free (self->terms);
  g_free (self->stages);
  g_free (self->values);
  dnn_model_unref (self->model);
  g_free (self);
}

/* The gradients of all users are added to the first one's, and the weight may
 * move when the last has run: a frozen layer that shares it still takes its dx
 * from the weight as it was. */
static DnnUsers
find_users (DnnPlan *self, const DnnWeight *weight)
{
  DnnUsers users = { NULL, 0, 0 };
  bool any = false;

  for (size_t i = 0; i < self->n_stages; i++) {
    DnnStage *stage = &self->stages[i];

    for (uint32_t j = 0; j < stage->layer->n_weights; j++) {
      if (stage->layer->weights[j] != weight || !stage->runs_backward)
        continue;
      if (!any)
        users.last = i;
      any = true;
      if (stage->dw[j].block < 0)
        continue;
      users.first = stage;
      users.index = j;
    }
  }
  return users;
}

/* To be called when memory is laid out. */
static void
find_all_users (DnnPlan *self)
{
  for (size_t i = 0; i < self->n_stages; i++) {
    DnnStage *stage = &self->stages[i];

    stage->users = g_new0 (DnnUsers, stage->layer->n_weights + 1);
    for (uint32_t j = 0; j < stage->layer->n_weights; j++)
      if (stage->layer->weights[j] != NULL)
        stage->users[j] = find_users (self, stage->layer->weights[j]);
  }
}

/* Its tensors, without places yet, and its call struct. */
static void
prepare_stage (DnnPlan *self, DnnStage *stage)
{
  const DnnBuilt *built = stage->built;

  stage->spare = g_new0 (DnnPlaced, stage->layer->n_inputs + 1);
  for (uint32_t j = 0; j < stage->layer->n_inputs; j++)
    stage->spare[j] = (DnnPlaced){ stage->in[j]->y.tensor, -1 };
  stage->dw = place_list (&built->weights);
  stage->saved = place_list (&built->saved);
  for (int j = 0; j < 2; j++) {
    stage->scratch[j] = place_list (&built->scratch);
    stage->worker[j] = place_list (&built->worker_scratch);
  }
  fill_pass (self, stage);
}

DnnPlan *
dnn_plan_new (DnnModel *model, DnnPool *pool, const DnnPlanOptions *options,
              GError **error)
{
  g_autoptr (DnnPlan) self = g_new0 (DnnPlan, 1);

  self->model = dnn_model_ref (model);
  self->pool = pool;
  self->options = *options;
  if (!dnn_model_check_complete (model, error) || !build_stages (self, error))
    return NULL;
  if (!dnn_plan_find_loss (self, error) || !dnn_made_build (self, error))
    return NULL;
  find_inputs (self);
  for (size_t i = 0; i < self->n_stages; i++)
    prepare_stage (self, &self->stages[i]);
  for (size_t i = 0; i < self->n_made; i++) {
    prepare_stage (self, &self->made[i].stage);
    ((const DnnTensor **) self->made[i].stage.pass.x)[0] =
        &self->made[i].weight->tensor;
  }
  dnn_liveness_plan (self);
  find_all_users (self);
  return g_steal_pointer (&self);
}

/* --- memory -------------------------------------------------------------- */

static void
bind (const DnnPlan *self, DnnPlaced *placed, char *arena)
{
  placed->tensor.data =
      placed->block >= 0 ? arena + self->blocks[placed->block].offset : NULL;
}

static void
bind_list (const DnnPlan *self, DnnPlaced *placed, uint32_t n, char *arena)
{
  for (uint32_t i = 0; i < n; i++)
    bind (self, &placed[i], arena);
}

static void
bind_stage (const DnnPlan *self, DnnStage *stage, char *arena)
{
  const DnnBuilt *built = stage->built;

  bind_list (self, stage->spare, stage->layer->n_inputs, arena);
  bind_list (self, stage->dw, built->weights.n, arena);
  bind_list (self, stage->saved, built->saved.n, arena);
  bind_list (self, stage->masks, built->own_masks.n, arena);
  if (stage->merges_masks)
    bind (self, &stage->merged, arena);
  for (int j = 0; j < 2; j++) {
    bind_list (self, stage->scratch[j], built->scratch.n, arena);
    bind_list (self, stage->worker[j], built->worker_scratch.n, arena);
  }
}

static void
bind_value (const DnnPlan *self, DnnValue *value, char *arena)
{
  bind (self, &value->y, arena);
  bind (self, &value->z, arena);
  bind (self, &value->gradient, arena);
}

bool
dnn_plan_allocate (DnnPlan *self, void *arena, GError **error)
{
  if (arena == NULL) {
    self->arena = dnn_memory_new (self->arena_size, error);
    arena = self->arena;
  }
  if (arena == NULL)
    return false;

  for (size_t i = 0; i < self->n_values; i++)
    bind_value (self, &self->values[i], arena);
  for (size_t i = 0; i < self->n_stages; i++)
    bind_stage (self, &self->stages[i], arena);
  for (size_t i = 0; i < self->n_made; i++) {
    bind_value (self, &self->made[i].x, arena);
    bind_value (self, &self->made[i].y, arena);
    bind_stage (self, &self->made[i].stage, arena);
  }
  return dnn_plan_allocate_states (self, error);
}

float *
dnn_plan_input (const DnnPlan *self)
{
  return dnn_plan_input_at (self, 0);
}

float *
dnn_plan_input_at (const DnnPlan *self, uint32_t i)
{
  return self->inputs[i]->y.tensor.data;
}
