/* dnn-made.c - finds parametrized weights and who is handed them */
#include "dnn-made.h"

#include "dnn-parametrization.h"
#include "dnn-plan-masks.h"

DnnMade *
dnn_made_find (const DnnPlan *plan, const DnnWeight *weight)
{
  for (size_t i = 0; i < plan->n_made; i++)
    if (plan->made[i].weight == weight)
      return &plan->made[i];
  return NULL;
}

const DnnTensor *
dnn_made_tensor (const DnnPlan *plan, const DnnWeight *weight)
{
  const DnnMade *made = dnn_made_find (plan, weight);

  return made != NULL ? &made->y.y.tensor : &weight->tensor;
}

static void
value_init (DnnValue *value, const DnnTensor *shape)
{
  DnnPlaced placed = { *shape, -1 };

  placed.tensor.data = NULL;
  value->y = value->z = value->gradient = placed;
  value->producer = value->last_consumer = -1;
  value->n_consumers = 1;
}

/* True if training moves a weight of the parametrization. */
static bool
learns (const DnnPlan *plan, const DnnLayer *layer)
{
  for (uint32_t i = 0; i < layer->n_weights; i++)
    if (layer->weights[i] != NULL &&
        dnn_model_is_trainable (plan->model, layer->weights[i]))
      return true;
  return false;
}

static bool
build (DnnPlan *plan, DnnMade *made, DnnWeight *weight, GError **error)
{
  const DnnTensor *x;
  DnnStage *stage = &made->stage;

  made->weight = weight;
  stage->layer = weight->parametrization;
  value_init (&made->x, &weight->tensor);
  value_init (&made->y, &weight->tensor);
  x = &made->x.y.tensor;
  stage->built = dnn_layer_build (stage->layer, &x, NULL, error);
  if (stage->built == NULL)
    return false;
  stage->in = g_new0 (DnnValue *, 2);
  stage->in[0] = &made->x;
  stage->out = &made->y;
  stage->n_outputs = 1;
  dnn_plan_settle_masks (stage);
  made->x.wanted = dnn_model_is_trainable (plan->model, weight);
  stage->runs_backward =
      plan->options.training && (made->x.wanted || learns (plan, stage->layer));
  return true;
}

/* The layers that have the weight, in their order. */
static void
note_user (DnnMade *made, const DnnPlan *plan, size_t i)
{
  made->last = i;
  if (plan->stages[i].runs_backward && made->lowest == SIZE_MAX)
    made->lowest = i;
}

static bool
add (DnnPlan *plan, size_t i, DnnWeight *weight, GError **error)
{
  DnnMade *made = dnn_made_find (plan, weight);

  if (weight == NULL || weight->parametrization == NULL)
    return true;
  if (made == NULL) {
    made = &plan->made[plan->n_made++];
    made->first = i;
    made->lowest = SIZE_MAX;
    if (!build (plan, made, weight, error))
      return false;
  }
  note_user (made, plan, i);
  return true;
}

/* At most one for each parametrized weight of a layer. */
static size_t
count (const DnnPlan *plan)
{
  size_t n = 0;

  for (size_t i = plan->options.first_stage; i < plan->n_stages; i++)
    for (uint32_t j = 0; j < plan->stages[i].layer->n_weights; j++) {
      const DnnWeight *weight = plan->stages[i].layer->weights[j];

      n += weight != NULL && weight->parametrization != NULL;
    }
  return n;
}

bool
dnn_made_build (DnnPlan *plan, GError **error)
{
  plan->made = g_new0 (DnnMade, count (plan) + 1);
  for (size_t i = plan->options.first_stage; i < plan->n_stages; i++)
    for (uint32_t j = 0;
         !plan->stages[i].left_out && j < plan->stages[i].layer->n_weights; j++)
      if (!add (plan, i, plan->stages[i].layer->weights[j], error))
        return false;
  for (size_t i = 0; i < plan->n_made; i++)
    if (plan->made[i].lowest == SIZE_MAX)
      plan->made[i].stage.runs_backward = false;
  return true;
}
