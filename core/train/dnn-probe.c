/* dnn-probe.c - a batch forward and backward, watched */
#include "dnn-probe.h"

#include "dnn-feeder.h"
#include "dnn-memory.h"
#include "dnn-row-order.h"
#include "dnn-saturation.h"

#include <math.h>
#include <string.h>

struct DnnProbe {
  DnnModel *model; /* (owned reference) */
  /* (owned) one a weight or buffer: weights as before the step, buffers as
   * before the probe. */
  float **copies;
  bool stepped; /* the copies of weights are there */
};

DnnProbe *
dnn_probe_new (DnnModel *model, GError **error)
{
  g_autoptr (DnnProbe) self = g_new0 (DnnProbe, 1);
  size_t n = dnn_model_n_weights (model);

  self->model = dnn_model_ref (model);
  self->copies = g_new0 (float *, n + 1);
  for (size_t i = 0; i < n; i++) {
    self->copies[i] =
        dnn_memory_new (dnn_weight_bytes (dnn_model_weight (model, i)), error);
    if (self->copies[i] == NULL)
      return NULL;
  }
  return g_steal_pointer (&self);
}

void
dnn_probe_free (DnnProbe *self)
{
  if (self == NULL)
    return;
  for (size_t i = 0; i < dnn_model_n_weights (self->model); i++)
    dnn_memory_free (self->copies[i]);
  g_free (self->copies);
  dnn_model_unref (self->model);
  g_free (self);
}

/* --- weights and buffers ------------------------------------------------- */

static void
copy (DnnProbe *self, bool buffers)
{
  for (size_t i = 0; i < dnn_model_n_weights (self->model); i++) {
    const DnnWeight *weight = dnn_model_weight (self->model, i);

    if (weight->is_buffer == buffers)
      memcpy (self->copies[i], weight->tensor.data, dnn_weight_bytes (weight));
  }
}

static void
restore_buffers (DnnProbe *self)
{
  for (size_t i = 0; i < dnn_model_n_weights (self->model); i++) {
    const DnnWeight *weight = dnn_model_weight (self->model, i);

    if (weight->is_buffer)
      memcpy (weight->tensor.data, self->copies[i], dnn_weight_bytes (weight));
  }
}

void
dnn_probe_before_step (DnnProbe *self)
{
  copy (self, false);
  self->stepped = true;
}

static const float *
find_copy (const DnnProbe *self, const DnnWeight *weight)
{
  size_t i = 0;

  while (dnn_model_weight (self->model, i) != weight)
    i++;
  return self->copies[i];
}

/* A layer that began at 0 has moved by all that it is now. */
static double
update_ratio (const DnnProbe *self, const DnnLayer *layer)
{
  double change = 0, size = 0;

  if (!layer->trainable || !self->stepped)
    return NAN;
  for (uint32_t i = 0; i < layer->n_weights; i++) {
    const DnnWeight *weight = layer->weights[i];
    const float *before, *after;

    if (weight == NULL)
      continue;
    before = find_copy (self, weight);
    after = weight->tensor.data;
    for (int64_t j = 0; j < dnn_count (&weight->tensor); j++) {
      double moved = (double) after[j] - before[j];

      change += moved * moved;
      size += (double) before[j] * before[j];
    }
  }
  if (size > 0)
    return sqrt (change / size);
  return change > 0 ? 1 : NAN;
}

/* True if a loss takes what the layer gives, or what the one before it does. */
static bool
is_output (const DnnPlan *plan, size_t i)
{
  for (uint32_t k = 0; k < plan->n_heads; k++)
    if (plan->heads[k].loss_value->producer == (int) i ||
        dnn_model_output (plan->model, k)->index == i)
      return true;
  return false;
}

static void
begin_row (const DnnProbe *self, const DnnPlan *plan, size_t i,
           DnnLayerHealth *row)
{
  const DnnLayer *layer = plan->stages[i].layer;

  row->layer = g_strdup (layer->name);
  row->update_ratio = update_ratio (self, layer);
  row->is_output = is_output (plan, i);
  for (uint32_t j = 0; j < layer->n_weights; j++)
    row->has_weights = row->has_weights || layer->weights[j] != NULL;
}

/* --- what comes by ------------------------------------------------------- */

/* The sum of squared differences comes second: a large mean takes no digits
 * from a small deviation. */
static DnnMoments
moments_of (const DnnTensor *t)
{
  const DnnMoments infinite = { INFINITY, INFINITY, INFINITY };
  const float *x = t->data;
  const int64_t n = dnn_count (t);
  double sum = 0, squares = 0, deviations = 0, mean;

  if (n == 0)
    return (DnnMoments){ NAN, NAN, NAN };
  for (int64_t i = 0; i < n; i++) {
    sum += x[i];
    squares += (double) x[i] * x[i];
  }
  if (!isfinite (squares))
    return infinite;
  mean = sum / (double) n;
  for (int64_t i = 0; i < n; i++)
    deviations += (x[i] - mean) * (x[i] - mean);
  return (DnnMoments){ mean, sqrt (deviations / (double) n),
                       sqrt (squares / (double) n) };
}

typedef struct {
  const DnnPlan *plan;
  DnnHealthEpoch *epoch;
} Watch;

static DnnLayerHealth *
row_of (const Watch *watch, const DnnStage *stage)
{
  return &watch->epoch->layers[stage - watch->plan->stages];
}

static bool
watch_forward (void *data, const DnnStage *stage)
{
  DnnLayerHealth *row = row_of (data, stage);

  row->activation = moments_of (&stage->out->y.tensor);
  dnn_saturation_measure (stage, row);
  return true;
}

static bool
watch_backward (void *data, const DnnStage *stage)
{
  if (stage->out->has_gradient)
    row_of (data, stage)->gradient = moments_of (&stage->out->gradient.tensor);
  return true;
}

/* --- the batch ----------------------------------------------------------- */

/* The first rows in this order; returns how many, or -1. */
static int64_t
choose_rows (const DnnProbeTask *task, int64_t *ret_rows, GError **error)
{
  const DnnSplit *split = task->data->train;
  int64_t n = MIN (split->n, DNN_HEALTH_ROWS);
  g_autoptr (DnnRowOrder) order =
      dnn_row_order_new_for (task->data, split, error);

  if (order == NULL)
    return -1;
  dnn_row_order_set (order, task->order);
  for (int64_t i = 0; i < n;)
    i += dnn_row_order_get (order, i, n - i, ret_rows + i, NULL);
  for (int64_t i = 0; i < n; i++)
    ret_rows[i] = dnn_split_row (split, ret_rows[i]);
  return n;
}

/* A shared weight's gradients are added up at its last user. */
static bool
is_used_above (const DnnPlan *plan, size_t i, const DnnWeight *weight)
{
  while (++i < plan->n_stages)
    for (uint32_t j = 0; j < plan->stages[i].layer->n_weights; j++)
      if (plan->stages[i].layer->weights[j] == weight &&
          plan->stages[i].dw[j].block >= 0)
        return true;
  return false;
}

static void
show_one (const DnnProbeTask *task, DnnWeight *weight, const DnnPlaced *dw)
{
  if (dw->block >= 0)
    task->gradient (task->gradient_data, weight, &dw->tensor);
}

/* Of a parametrized weight, and of what it is parametrized with. */
static void
show_made (const DnnMade *made, const DnnProbeTask *task)
{
  const DnnStage *stage = &made->stage;

  show_one (task, made->weight, &made->x.gradient);
  for (uint32_t j = 0; j < stage->layer->n_weights; j++)
    if (stage->layer->weights[j] != NULL)
      show_one (task, stage->layer->weights[j], &stage->dw[j]);
}

static void
show_gradients (const DnnPlan *plan, const DnnProbeTask *task)
{
  for (size_t i = 0; task->gradient != NULL && i < plan->n_made; i++)
    show_made (&plan->made[i], task);
  for (size_t i = 0; task->gradient != NULL && i < plan->n_stages; i++) {
    const DnnStage *stage = &plan->stages[i];

    for (uint32_t j = 0; j < stage->layer->n_weights; j++)
      if (stage->layer->weights[j] != NULL &&
          stage->layer->weights[j]->parametrization == NULL &&
          !is_used_above (plan, i, stage->layer->weights[j]))
        show_one (task, stage->layer->weights[j], &stage->dw[j]);
  }
}

static bool
run_batch (const DnnBatch *batch, const DnnProbeTask *task,
           DnnHealthEpoch *epoch, GError **error)
{
  Watch watch = { batch->plan, epoch };
  DnnPassInfo info = task->info;

  info.rows = batch->rows;
  if (!dnn_executor_forward_watched (batch->plan, &info, watch_forward, &watch,
                                     error))
    return false;
  if (!dnn_plan_trains (batch->plan))
    return true;
  if (!dnn_objectives_gradient (task->objective, batch, error) ||
      !dnn_executor_backward_watched (batch->plan, &info, watch_backward,
                                      &watch, error))
    return false;
  show_gradients (batch->plan, task);
  return true;
}

bool
dnn_probe_run (DnnProbe *self, const DnnProbeTask *task, DnnHealthEpoch *epoch,
               GError **error)
{
  int64_t rows[DNN_HEALTH_ROWS];
  DnnSplit split = *task->data->train;
  DnnPlanOptions options = {
    .training = true,
    .loss = task->loss,
    .store_gradients = task->gradient != NULL,
    .watched = true,
  };
  g_autoptr (DnnFeeder) feeder = NULL;
  const DnnBatch *batch;
  bool done;

  split.n = choose_rows (task, rows, error);
  if (split.n < 0)
    return false;
  split.rows = rows;
  options.batch = split.n;
  /* A new one each time: `trainable` may have changed since. */
  feeder = dnn_feeder_new (self->model, task->pool, task->data, &split,
                           &options, NULL, error);
  if (feeder == NULL)
    return false;
  batch = dnn_feeder_get (feeder, 0);
  for (size_t i = 0; i < epoch->n_layers; i++)
    begin_row (self, batch->plan, i, &epoch->layers[i]);
  copy (self, true);
  done = run_batch (batch, task, epoch, error);
  restore_buffers (self);
  dnn_health_epoch_judge (epoch);
  return done;
}
