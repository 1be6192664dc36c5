/* dnn-executor.c - layer by layer, and back */
#include "dnn-executor.h"

#include "dnn-activation-job.h"
#include "dnn-blas.h"
#include "dnn-kind.h"
#include "dnn-made.h"
#include "dnn-plan-masks.h"
#include "dnn-running.h"

#include <string.h>

/* --- forward ------------------------------------------------------------- */

/* As the plan numbers the scratch of a stage. */
typedef enum { FORWARD, BACKWARD } Direction;

/* A function of a layer's ops. */
typedef int32_t (*LayerOp) (const void *self, const DnnHost *host,
                            DnnPass *pass);

static void
begin_call (DnnStage *stage, const DnnPassInfo *info, Direction direction)
{
  const DnnBuilt *built = stage->built;
  DnnPass *pass = &stage->pass;

  pass->training = info->training;
  pass->frozen = !stage->layer->trainable;
  pass->step = info->step;
  pass->epoch = info->epoch;
  pass->rows = info->rows;
  stage->context.key.seed = info->seed;
  stage->context.key.step = info->step;
  stage->context.epoch = info->epoch;
  stage->context.n_products = 0;
  for (uint32_t i = 0; i < built->scratch.n; i++)
    ((DnnTensor **) pass->scratch)[i] =
        built->scratch.at[i].set ? &stage->scratch[direction][i].tensor : NULL;
  for (uint32_t i = 0; i < built->worker_scratch.n; i++) {
    const DnnTensor *block = &stage->worker[direction][i].tensor;

    stage->worker_data[i] = block->data;
    stage->worker_stride[i] = dnn_count (block);
  }
  if (stage->convs != NULL)
    stage->context.windows_room =
        stage->scratch[direction][DNN_WINDOWS_ROOM].tensor.data;
}

static bool
call_op (DnnStage *stage, LayerOp op, const char *name, GError **error)
{
  const DnnComponent *component = stage->layer->component;
  const DnnRunning running = { dnn_kind_name ((DnnKind) component->code->kind),
                               stage->layer->name, component->plugin->name,
                               name };
  int32_t status;

  dnn_running_begin (&running);
  status = op (component->self, &dnn_host, &stage->pass);
  dnn_running_end ();
  if (status == 0 && stage->context.message == NULL)
    return true;
  dnn_context_take_error (&stage->context, stage->layer->name, DNN_ERROR_DATA,
                          error);
  return false;
}

/* Forward or backward of the stage's plugin. */
static bool
call_component (DnnStage *stage, Direction direction, GError **error)
{
  const DnnLayerOps *ops = stage->layer->component->code->ops;

  return direction == FORWARD
             ? call_op (stage, ops->forward, "forward", error)
             : call_op (stage, ops->backward, "backward", error);
}

bool
dnn_executor_first (DnnStage *stage, const DnnPassInfo *info, GError **error)
{
  const DnnLayerOps *ops = stage->layer->component->code->ops;

  begin_call (stage, info, FORWARD);
  return call_op (stage, ops->first, "first", error);
}

/* True if affine may apply the layer's activation to a part of what it makes.
 */
static const DnnInstance *
find_fusible (const DnnStage *stage)
{
  const DnnComponent *activation = stage->layer->activation;

  return activation != NULL &&
                 (activation->code->flags & DNN_FLAG_ELEMENTWISE) != 0
             ? activation->instance
             : NULL;
}

/* --- parametrized weights ------------------------------------------------ */

static void
begin_made (DnnMade *made, const DnnPassInfo *info, Direction direction)
{
  begin_call (&made->stage, info, direction);
  made->stage.pass.frozen = !made->x.wanted;
}

bool
dnn_executor_make_weight (DnnMade *made, const DnnPassInfo *info,
                          GError **error)
{
  begin_made (made, info, FORWARD);
  return call_component (&made->stage, FORWARD, error);
}

/* Weights that stage `i` is the first to be handed. */
static bool
make_weights (DnnPlan *plan, size_t i, const DnnPassInfo *info, GError **error)
{
  for (size_t j = 0; j < plan->n_made; j++) {
    DnnMade *made = &plan->made[j];

    if (made->first == i && !dnn_executor_make_weight (made, info, error))
      return false;
  }
  return true;
}

static bool
forward_stage (DnnPlan *plan, DnnStage *stage, const DnnPassInfo *info,
               GError **error)
{
  const DnnLayer *layer = stage->layer;
  const DnnTensor *z =
      layer->component != NULL ? &stage->out->z.tensor : stage->pass.x[0];
  DnnActivationJob job = {
    .activation = layer->activation,
    .x = z->data,
    .out = stage->out->y.tensor.data,
  };

  begin_call (stage, info, FORWARD);
  dnn_plan_merge_masks (stage);
  if (layer->component != NULL) {
    bool done;

    stage->context.activation = find_fusible (stage);
    stage->context.activated = job.out;
    stage->context.did_activate = false;
    done = call_component (stage, FORWARD, error);
    stage->context.activation = NULL;
    if (!done)
      return false;
    if (stage->context.did_activate)
      return true;
  }
  if (layer->activation != NULL)
    dnn_activation_run (plan->pool, &job, stage, z);
  return true;
}

bool
dnn_executor_forward_watched (DnnPlan *plan, const DnnPassInfo *info,
                              DnnWatch watch, void *data, GError **error)
{
  for (size_t i = plan->options.first_stage; i < plan->n_stages; i++) {
    if (plan->stages[i].left_out)
      continue;
    if (!make_weights (plan, i, info, error) ||
        !forward_stage (plan, &plan->stages[i], info, error))
      return false;
    if (watch != NULL && !watch (data, &plan->stages[i]))
      break;
  }
  return true;
}

bool
dnn_executor_forward (DnnPlan *plan, const DnnPassInfo *info, GError **error)
{
  return dnn_executor_forward_watched (plan, info, NULL, NULL, error);
}

/* --- backward: gradients of values --------------------------------------- */

static bool
has_any_gradient (const DnnStage *stage)
{
  for (uint32_t i = 0; i < stage->n_outputs; i++)
    if (stage->out[i].has_gradient)
      return true;
  return false;
}

/* Where the gradient of input `i` goes: its own place the first time, a spare
 * one to be added later. */
static DnnPlaced *
input_gradient (DnnStage *stage, uint32_t i)
{
  DnnValue *value = stage->in[i];

  if (!value->wanted)
    return NULL;
  return value->has_gradient ? &stage->spare[i] : &value->gradient;
}

static void
add_to (float *to, const float *from, int64_t n)
{
  for (int64_t i = 0; i < n; i++)
    to[i] += from[i];
}

/* Two inputs of one layer may be the same value: the second then goes to a
 * spare place too. */
static void
point_inputs (DnnStage *stage)
{
  DnnTensor **dx = (DnnTensor **) stage->pass.dx;

  for (uint32_t i = 0; i < stage->layer->n_inputs; i++) {
    DnnPlaced *placed = input_gradient (stage, i);

    for (uint32_t j = 0; j < i && placed != NULL; j++)
      if (placed == &stage->in[j]->gradient && stage->in[j] == stage->in[i])
        placed = &stage->spare[i];
    dx[i] = placed != NULL ? &placed->tensor : NULL;
  }
}

static void
collect_inputs (DnnStage *stage)
{
  for (uint32_t i = 0; i < stage->layer->n_inputs; i++) {
    DnnValue *value = stage->in[i];
    const DnnTensor *dx = stage->pass.dx[i];

    if (dx == NULL)
      continue;
    if (dx == &stage->spare[i].tensor)
      add_to (value->gradient.tensor.data, dx->data, dnn_count (dx));
    value->has_gradient = true;
  }
}

/* --- backward: gradients of weights -------------------------------------- */

static void
point_weights (DnnStage *stage)
{
  DnnTensor **dw = (DnnTensor **) stage->pass.dw;

  for (uint32_t i = 0; i < stage->layer->n_weights; i++)
    dw[i] = stage->dw[i].block >= 0 ? &stage->dw[i].tensor : NULL;
}

static const DnnProduct *
find_product (const DnnStage *stage, uint32_t index)
{
  for (uint32_t i = 0; i < stage->context.n_products; i++)
    if (stage->context.products[i].index == index)
      return &stage->context.products[i];
  return NULL;
}

static void
multiply (const DnnContext *context, const DnnProduct *product, DnnTensor *dw)
{
  DnnGemm gemm = {
    .struct_size = DNN_END_OF (DnnGemm, stride_c),
    .trans_a = 1,
    .m = dnn_columns (product->a),
    .n = dnn_columns (product->d),
    .k = dnn_rows (product->a),
    .alpha = 1,
    .a = dnn_f32 (product->a),
    .b = dnn_f32 (product->d),
    .c = dnn_f32 (dw),
  };

  if (product->conv != NULL)
    dnn_context_convolve_gradient (context, product, dw);
  else
    dnn_blas_gemm_tiled (context->pool, &gemm);
}

/* Those of the weights that a parametrization has of its own. */
static void
deliver_own (DnnStage *stage, const DnnSink *sink)
{
  for (uint32_t j = 0; j < stage->layer->n_weights; j++) {
    DnnTensor *dw = &stage->dw[j].tensor;
    const DnnProduct *product = find_product (stage, j);

    if (stage->dw[j].block < 0)
      continue;
    if (product != NULL)
      multiply (&stage->context, product, dw);
    if (sink != NULL)
      sink->gradient (sink->data, stage->layer->weights[j], dw);
  }
}

/* From the gradient of what layers were handed to those of the weight and of
 * the parametrization. */
static bool
backward_made (DnnMade *made, const DnnTensor *total, const DnnPassInfo *info,
               const DnnSink *sink, GError **error)
{
  DnnStage *stage = &made->stage;
  DnnTensor *dx = made->x.wanted ? &made->x.gradient.tensor : NULL;

  if (!stage->runs_backward)
    return true;
  begin_made (made, info, BACKWARD);
  ((const DnnTensor **) stage->pass.dy)[0] = total;
  ((DnnTensor **) stage->pass.dx)[0] = dx;
  point_weights (stage);
  if (!call_component (stage, BACKWARD, error))
    return false;
  deliver_own (stage, sink);
  if (dx != NULL && sink != NULL)
    sink->gradient (sink->data, made->weight, dx);
  return true;
}

static bool
deliver_weight (DnnPlan *plan, size_t i, uint32_t j, const DnnPassInfo *info,
                const DnnSink *sink, GError **error)
{
  DnnStage *stage = &plan->stages[i];
  DnnWeight *weight = stage->layer->weights[j];
  const DnnUsers *users = &stage->users[j];
  const bool trains = stage->dw[j].block >= 0;
  const DnnProduct *product = trains ? find_product (stage, j) : NULL;
  DnnTensor *dw = &stage->dw[j].tensor, *total;
  DnnMade *made = dnn_made_find (plan, weight);

  if (users->first == NULL)
    return true;
  total = &users->first->dw[users->index].tensor;
  if (product != NULL && product->conv == NULL && sink != NULL &&
      made == NULL && users->first == stage && users->last == i) {
    sink->product (sink->data, weight, product->a, product->d, dw);
    return true;
  }
  if (product != NULL)
    multiply (&stage->context, product, dw);
  if (trains && total != dw)
    add_to (total->data, dw->data, dnn_count (dw));
  if (users->last != i)
    return true;
  if (made != NULL)
    return backward_made (made, total, info, sink, error);
  if (sink != NULL)
    sink->gradient (sink->data, weight, total);
  return true;
}

/* --- backward ------------------------------------------------------------ */

static void
backward_activation (DnnPlan *plan, DnnStage *stage)
{
  const bool alone = stage->layer->component == NULL;
  const DnnTensor *dy = &stage->out->gradient.tensor;
  DnnActivationJob job = {
    .activation = stage->layer->activation,
    .x = alone ? stage->pass.x[0]->data : stage->out->z.tensor.data,
    .y = stage->out->y.tensor.data,
    .dy = dy->data,
    .out = alone ? stage->pass.dx[0]->data : dy->data,
    .backward = true,
  };

  dnn_activation_run (plan->pool, &job, stage, dy);
}

static bool
backward_component (DnnStage *stage, GError **error)
{
  const DnnTensor **dy = (const DnnTensor **) stage->pass.dy;

  for (uint32_t i = 0; i < stage->n_outputs; i++)
    dy[i] = stage->out[i].has_gradient ? &stage->out[i].gradient.tensor : NULL;
  point_weights (stage);
  return call_component (stage, BACKWARD, error);
}

static bool
backward_stage (DnnPlan *plan, size_t i, const DnnPassInfo *info,
                const DnnSink *sink, GError **error)
{
  DnnStage *stage = &plan->stages[i];

  begin_call (stage, info, BACKWARD);
  point_inputs (stage);
  if (stage->layer->activation != NULL && stage->out->has_gradient &&
      !stage->skips_gradient)
    backward_activation (plan, stage);
  if (stage->layer->component != NULL && !backward_component (stage, error))
    return false;
  collect_inputs (stage);
  for (uint32_t j = 0; j < stage->layer->n_weights; j++)
    if (stage->layer->weights[j] != NULL &&
        !deliver_weight (plan, i, j, info, sink, error))
      return false;
  return true;
}

static void
begin_backward (DnnPlan *plan)
{
  for (size_t i = 0; i < plan->n_values; i++)
    plan->values[i].has_gradient = false;
  for (uint32_t i = 0; i < plan->n_heads; i++)
    if (plan->heads[i].has_loss)
      plan->heads[i].loss_value->has_gradient = true;
  for (uint32_t i = 0; i < plan->n_terms; i++)
    plan->terms[i]->has_gradient = true;
}

static bool
has_backward (const DnnStage *stage)
{
  return stage->runs_backward && has_any_gradient (stage);
}

bool
dnn_executor_backward (DnnPlan *plan, const DnnPassInfo *info,
                       const DnnSink *sink, GError **error)
{
  begin_backward (plan);
  for (size_t i = plan->n_stages; i-- > 0;)
    if (has_backward (&plan->stages[i]) &&
        !backward_stage (plan, i, info, sink, error))
      return false;
  return true;
}

bool
dnn_executor_backward_watched (DnnPlan *plan, const DnnPassInfo *info,
                               DnnWatch watch, void *data, GError **error)
{
  begin_backward (plan);
  for (size_t i = plan->n_stages; i-- > 0;) {
    if (!has_backward (&plan->stages[i]))
      continue;
    if (!watch (data, &plan->stages[i]))
      break;
    if (!backward_stage (plan, i, info, NULL, error))
      return false;
  }
  return true;
}
