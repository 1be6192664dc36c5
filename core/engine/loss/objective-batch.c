/* objective-batch.c - loss and metrics of a batch, and their results */
#include "dnn-objective-private.h"

#include "dnn-running.h"
#include "dnn-shape.h"

#include <string.h>

DnnObjectiveState *
dnn_objective_state (DnnObjective *self)
{
  return &self->state;
}

void
dnn_objective_reset (DnnObjective *self)
{
  GPtrArray *both[] = { self->metrics, self->tables };

  self->state = (DnnObjectiveState){ 0 };
  for (size_t j = 0; j < G_N_ELEMENTS (both); j++)
    for (guint i = 0; i < both[j]->len; i++) {
      DnnMetric *metric = g_ptr_array_index (both[j], i);

      memset (metric->state, 0, (size_t) metric->n_state * sizeof (double));
    }
}

void
dnn_objective_set_penalty (DnnObjective *self, double penalty)
{
  self->penalty = penalty;
}

/* Tensors of a batch as they are handed out. */
typedef struct {
  const DnnBatch *batch;
  const DnnSamples *samples;
  DnnTensor y_pred, y_true, prediction;
  DnnTensor mask;
  const DnnTensor *masks[2];
  DnnTensor dy_pred;
} Handed;

/* A loss that reads masks gets whole samples. */
static void
hand (DnnObjective *self, const DnnBatch *batch, const DnnComponent *to,
      Handed *ret_handed)
{
  const DnnHead *head = &batch->plan->heads[self->output];
  const bool whole = dnn_reads_mask (to);
  const DnnSamples *samples = whole ? &self->whole : &self->samples;
  Handed handed = { .batch = batch, .samples = samples };

  handed.y_pred = dnn_samples_view (&head->loss_input->tensor, samples->axes);
  handed.prediction =
      dnn_samples_view (&head->prediction->tensor, samples->axes);
  handed.y_true =
      dnn_samples_view (&batch->y_true[self->output], samples->axes);
  handed.dy_pred =
      dnn_samples_view (&head->loss_value->gradient.tensor, samples->axes);
  if (whole && head->mask != NULL)
    handed.mask = *head->mask;
  else if (samples->real != NULL)
    handed.mask =
        (DnnTensor){ (float *) samples->real, DNN_FLOAT32, 1, { samples->n } };
  *ret_handed = handed;
  if (handed.mask.data != NULL)
    ret_handed->masks[0] = &ret_handed->mask;
}

/* For a metric: what people measure. */
static void
put_in_units (const DnnObjective *self, Handed *handed)
{
  const uint32_t axes = handed->samples->axes;

  if (self->units == NULL)
    return;
  handed->prediction = dnn_samples_view (self->in_units[0], axes);
  handed->y_true = dnn_samples_view (self->in_units[1], axes);
}

/* Masks of a call; NULL: all is real. */
static const DnnTensor *const *
masks_of (const Handed *handed)
{
  return handed->masks[0] != NULL ? handed->masks : NULL;
}

static bool
call_plugin (DnnObjective *self, DnnRoom *room, const DnnComponent *loss,
             const Handed *handed, DnnLossPass *pass, const char *who,
             GError **error)
{
  return dnn_compact_is_for (loss, handed->samples)
             ? dnn_compact_call_loss (&self->compact, room, loss, pass,
                                      handed->samples, who, error)
             : dnn_room_call_loss (room, loss, pass, who, error);
}

/* The loss of predictions, whatever the loss that trains is handed. */
static bool
update_loss_metric (DnnObjective *self, const DnnMetric *metric,
                    const Handed *handed, GError **error)
{
  const DnnSamples *samples = handed->samples;
  const float *weights = metric->weighted ? samples->weights : samples->real;
  DnnLossPass pass = {
    .call = { DNN_END_OF (DnnLossPass, scratch), 0, &self->context },
    .y_true = &handed->y_true,
    .y_pred = &handed->prediction,
    .value = samples->values,
    .masks = masks_of (handed),
  };

  if (!call_plugin (self, metric->room, metric->component, handed, &pass,
                    metric->label, error))
    return false;
  metric->state[LOSS_SUM] += dnn_samples_sum (samples, weights);
  for (int64_t i = 0; i < samples->n; i++)
    metric->state[LOSS_WEIGHT] += weights != NULL ? (double) weights[i] : 1;
  return true;
}

static bool
update_metric (DnnObjective *self, const DnnMetric *metric,
               const DnnBatch *batch, GError **error)
{
  Handed handed;
  DnnMetricPass pass = {
    .call = { DNN_END_OF (DnnMetricPass, scratch), 0, &self->context },
    .y_true = &handed.y_true,
    .y_pred = &handed.prediction,
    .state = metric->state,
  };

  hand (self, batch, metric->component, &handed);
  put_in_units (self, &handed);
  pass.sample_weight =
      metric->weighted ? handed.samples->weights : handed.samples->real;
  if (dnn_metric_is_loss (metric))
    return update_loss_metric (self, metric, &handed, error);
  if (self->shares != NULL && metric->takes_shares) {
    pass.y_pred = dnn_shares_predictions (self->shares);
    pass.y_true = dnn_shares_targets (self->shares);
  }
  return dnn_room_call_metric (metric->room, metric->component, &pass,
                               metric->label, error);
}

/* The loss of every sample, the gradient, or both. */
static bool
call_loss (DnnObjective *self, Handed *handed, bool value, bool gradient,
           GError **error)
{
  const DnnPlan *plan = handed->batch->plan;
  const DnnHead *head = &plan->heads[self->output];
  DnnLossPass pass = {
    .call = { DNN_END_OF (DnnLossPass, scratch), 0, &self->context },
    .from_logits = head->loss_input != head->prediction,
    .y_true = &handed->y_true,
    .y_pred = &handed->y_pred,
    .value = value ? handed->samples->values : NULL,
    .scale = gradient ? handed->samples->scale : NULL,
    .dy_pred = gradient ? &handed->dy_pred : NULL,
    .masks = masks_of (handed),
  };

  self->context.pool = plan->pool;
  if (!call_plugin (self, self->room, self->loss, handed, &pass,
                    self->loss->plugin->name, error))
    return false;
  if (gradient)
    dnn_samples_clear_padding (handed->samples, &handed->dy_pred);
  return true;
}

/* The loss of every sample and, where it is wanted, the gradient: at once, if
 * the loss can. */
static bool
find_loss (DnnObjective *self, const DnnBatch *batch, bool gradient,
           GError **error)
{
  const bool at_once =
      gradient && (self->loss->code->flags & DNN_FLAG_GIVES_VALUE) != 0;
  Handed handed;

  hand (self, batch, self->loss, &handed);
  return (at_once || call_loss (self, &handed, true, false, error)) &&
         (!gradient || call_loss (self, &handed, at_once, true, error));
}

/* Losses of the batch: one a sample, or an element, in the batch's order. */
static DnnTensor
losses_of (const DnnSamples *samples, const DnnTensor *y_pred)
{
  DnnTensor losses = { samples->values, DNN_FLOAT32, samples->axes, { 0 } };

  memcpy (losses.dims, y_pred->dims, samples->axes * sizeof losses.dims[0]);
  return losses;
}

/* A real element of the batch has a label for padding. */
static bool
set_bad_label (const DnnObjective *self, const DnnBatch *batch, int64_t sample,
               GError **error)
{
  const int64_t each = self->samples.n / batch->n, i = sample / each;
  g_autofree char *row =
      batch->rows != NULL
          ? g_strdup_printf ("row %" G_GUINT64_FORMAT, batch->rows[i] + 1)
          : g_strdup_printf ("row %" G_GINT64_FORMAT " of the batch", i + 1);

  g_set_error (error, DNN_ERROR, DNN_ERROR_DATA,
               "%s: the label of element %" G_GINT64_FORMAT " is '-1', which "
               "is for padding, and by the mask of the predictions that "
               "element is real",
               row, sample % each + 1);
  return false;
}

static bool
begin_batch (DnnObjective *self, const DnnBatch *batch, GError **error)
{
  DnnTensor y_true = batch->y_true[self->output];
  int64_t bad = -1;

  self->context.pool = batch->plan->pool;
  dnn_samples_set (&self->samples, batch, self->output, self->axes,
                   self->masked);
  dnn_samples_multiply (&self->samples, self->factor);
  if (self->pads_labels)
    bad = dnn_samples_take_labels (&self->samples, &y_true);
  if (bad >= 0)
    return set_bad_label (self, batch, bad, error);
  if (!self->whole_too)
    return true;
  dnn_samples_set (&self->whole, batch, self->output, 1, false);
  dnn_samples_multiply (&self->whole, self->factor);
  return true;
}

static const DnnTensor *
prediction_of (const DnnObjective *self, const DnnBatch *batch)
{
  return &batch->plan->heads[self->output].prediction->tensor;
}

/* The tensors that metrics get in place of predictions and targets. */
static void
convert_batch (DnnObjective *self, const DnnBatch *batch)
{
  const DnnTensor *y_pred = prediction_of (self, batch);
  const DnnTensor *y_true = &batch->y_true[self->output];
  const DnnTensor pred_view = dnn_samples_view (y_pred, self->axes);
  const DnnTensor true_view = dnn_samples_view (y_true, self->axes);

  if (self->shares != NULL)
    dnn_shares_set (self->shares, &pred_view, &true_view);
  self->in_units[0] = y_pred;
  self->in_units[1] = y_true;
  if (self->units != NULL)
    dnn_units_set (self->units, &self->in_units[0], &self->in_units[1]);
}

/* The losses of all samples of the batch together, and the penalty as often. */
static double
sum_losses (const DnnObjective *self, const DnnSamples *samples)
{
  return dnn_samples_sum (samples, samples->weights) +
         self->penalty * samples->n_real;
}

static const DnnSamples *
samples_of_loss (const DnnObjective *self)
{
  return self->loss != NULL && dnn_reads_mask (self->loss) ? &self->whole
                                                           : &self->samples;
}

bool
dnn_objective_look_again (DnnObjective *self, const DnnBatch *batch,
                          double *ret_loss, GError **error)
{
  const DnnSamples *samples = samples_of_loss (self);

  if (self->loss == NULL) {
    *ret_loss = 0;
    return true;
  }
  if (!begin_batch (self, batch, error) ||
      !find_loss (self, batch,
                  batch->plan->heads[self->output].loss_value->wanted, error))
    return false;
  *ret_loss = samples->n_real > 0 ? sum_losses (self, samples) / samples->n_real
                                  : self->penalty;
  return true;
}

bool
dnn_objective_update (DnnObjective *self, const DnnBatch *batch, bool gradient,
                      GError **error)
{
  GPtrArray *both[] = { self->metrics, self->tables };
  const DnnSamples *samples = samples_of_loss (self);
  double sum;

  if (!begin_batch (self, batch, error))
    return false;
  convert_batch (self, batch);
  for (size_t j = 0; j < G_N_ELEMENTS (both); j++)
    for (guint i = 0; i < both[j]->len; i++)
      if (!update_metric (self, g_ptr_array_index (both[j], i), batch, error))
        return false;
  if (self->loss == NULL)
    return true;
  if (!find_loss (self, batch, gradient, error))
    return false;
  self->losses = losses_of (samples, prediction_of (self, batch));
  sum = sum_losses (self, samples);
  self->state.sum += sum;
  self->state.count += samples->n_real;
  self->batch_loss =
      samples->n_real > 0 ? sum / samples->n_real : self->penalty;
  return true;
}

bool
dnn_objective_gradient (DnnObjective *self, const DnnBatch *batch,
                        GError **error)
{
  Handed handed;

  if (self->loss == NULL)
    return true;
  if (!begin_batch (self, batch, error))
    return false;
  hand (self, batch, self->loss, &handed);
  return call_loss (self, &handed, false, true, error);
}

DnnTensor
dnn_objective_losses (const DnnObjective *self)
{
  return self->losses;
}

double
dnn_objective_loss (const DnnObjective *self)
{
  return self->state.count > 0 ? self->state.sum / self->state.count : 0;
}

const DnnComponent *
dnn_objective_component (const DnnObjective *self)
{
  return self->loss;
}

double
dnn_objective_batch_loss (const DnnObjective *self)
{
  return self->batch_loss;
}

static double *
result_of (const DnnMetric *metric)
{
  const DnnMetricOps *ops = metric->component->code->ops;
  const DnnTensor shape = dnn_tensor_of (&metric->result);
  double *all = g_new0 (double, (gsize) dnn_count (&shape) + 1);

  if (!dnn_metric_is_loss (metric)) {
    const char *name = metric->component->plugin->name;
    const DnnRunning running = { "metric", name, name, "result" };

    dnn_running_begin (&running);
    ops->result (metric->component->self, metric->state, metric->n_state, all);
    dnn_running_end ();
  } else if (metric->state[LOSS_WEIGHT] > 0)
    *all = metric->state[LOSS_SUM] / metric->state[LOSS_WEIGHT];
  return all;
}

double
dnn_objective_result (const DnnObjective *self, size_t i)
{
  g_autofree double *all = result_of (dnn_objective_metric (self, i));

  return all[0];
}

double *
dnn_objective_table_values (const DnnObjective *self, size_t i)
{
  return result_of (dnn_objective_table (self, i));
}
