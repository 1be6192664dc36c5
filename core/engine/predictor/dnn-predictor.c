/* dnn-predictor.c - inference */
#include "dnn-predictor-private.h"

#include "dnn-blas.h"
#include "dnn-plan-states.h"

void
dnn_predictor_free (DnnPredictor *self)
{
  if (self == NULL)
    return;
  dnn_plan_free (self->plan);
  dnn_pool_free (self->pool);
  g_free (self);
}

DnnPredictor *
dnn_predictor_new_for (DnnModel *model, const DnnPlanOptions *options,
                       unsigned threads, GError **error)
{
  g_autoptr (DnnPredictor) self = g_new0 (DnnPredictor, 1);

  if (!dnn_blas_init (error))
    return NULL;
  self->pool = dnn_pool_new (threads);
  self->plan = dnn_plan_new (model, self->pool, options, error);
  if (self->plan == NULL || !dnn_plan_allocate (self->plan, NULL, error))
    return NULL;
  return g_steal_pointer (&self);
}

DnnPredictor *
dnn_predictor_new (DnnModel *model, int64_t batch, unsigned threads,
                   GError **error)
{
  const DnnPlanOptions options = { .batch = batch };

  return dnn_predictor_new_for (model, &options, threads, error);
}

DnnPredictor *
dnn_predictor_new_stream (DnnModel *model, int64_t batch, unsigned threads,
                          GError **error)
{
  const DnnPlanOptions options = { .batch = batch, .keeps_states = true };

  return dnn_predictor_new_for (model, &options, threads, error);
}

void
dnn_predictor_begin (DnnPredictor *self)
{
  dnn_plan_forget_states (self->plan);
}

float *
dnn_predictor_input (DnnPredictor *self)
{
  return dnn_predictor_input_at (self, 0);
}

float *
dnn_predictor_input_at (DnnPredictor *self, uint32_t i)
{
  return dnn_plan_input_at (self->plan, i);
}

const float *
dnn_predictor_run (DnnPredictor *self, GError **error)
{
  DnnPassInfo info = { .training = false };

  if (!dnn_executor_forward (self->plan, &info, error))
    return NULL;
  return dnn_predictor_output_at (self, 0);
}

const float *
dnn_predictor_output_at (const DnnPredictor *self, uint32_t i)
{
  return self->plan->heads[i].prediction->tensor.data;
}

int64_t
dnn_scores_label (DnnScores scores, const float *row, int64_t n)
{
  int64_t best = 0;

  if (n == 1 && scores == DNN_MARGINS)
    return row[0] > 0 ? 1 : -1;
  if (n == 1)
    return row[0] > (scores == DNN_LOGITS ? 0 : 0.5f);
  for (int64_t i = 1; i < n; i++)
    if (row[i] > row[best])
      best = i;
  return best;
}

uint32_t
dnn_predictor_n_inputs (const DnnPredictor *self)
{
  return self->plan->n_inputs;
}

uint32_t
dnn_predictor_n_outputs (const DnnPredictor *self)
{
  return self->plan->n_heads;
}

int64_t
dnn_predictor_input_size_at (const DnnPredictor *self, uint32_t i)
{
  return dnn_tensor_row_size (&self->plan->inputs[i]->y.tensor);
}

int64_t
dnn_predictor_output_size_at (const DnnPredictor *self, uint32_t i)
{
  return dnn_tensor_row_size (&self->plan->heads[i].prediction->tensor);
}

int64_t
dnn_predictor_input_size (const DnnPredictor *self)
{
  return dnn_predictor_input_size_at (self, 0);
}

int64_t
dnn_predictor_output_size (const DnnPredictor *self)
{
  return dnn_predictor_output_size_at (self, 0);
}
