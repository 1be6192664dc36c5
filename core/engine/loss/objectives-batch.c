/* objectives-batch.c - the loss of a batch: that of all outputs, and terms */
#include "dnn-objectives-private.h"

#include "dnn-shape.h"

/* --- terms of the loss, which layers add ---------------------------------- */

/* How often sample i counts: the mean of its elements' weights. */
static double
weight_of (const DnnBatch *batch, int64_t i)
{
  double sum = 0;

  if (batch->weights == NULL)
    return 1;
  for (int64_t j = 0; j < batch->n_weights; j++)
    sum += batch->weights[i * batch->n_weights + j];
  return sum / (double) batch->n_weights;
}

/* Mean over samples of what layers add to the loss of each. */
static double
sum_terms (const DnnBatch *batch)
{
  const DnnPlan *plan = batch->plan;
  double sum = 0;

  for (uint32_t k = 0; k < plan->n_terms; k++) {
    const float *term = dnn_f32 (&plan->terms[k]->y.tensor);

    for (int64_t i = 0; i < batch->n; i++) {
      const double weight = weight_of (batch, i);

      if (weight != 0)
        sum += weight * (double) term[i];
    }
  }
  return sum / (double) batch->n;
}

/* The gradient of a term is the weight of its sample, as with losses. */
static void
write_gradients (const DnnBatch *batch)
{
  const DnnPlan *plan = batch->plan;

  for (uint32_t k = 0; k < plan->n_terms; k++) {
    float *gradient = dnn_f32 (&plan->terms[k]->gradient.tensor);

    for (int64_t i = 0; plan->terms[k]->wanted && i < batch->n; i++)
      gradient[i] = (float) weight_of (batch, i) / (float) batch->n;
  }
}

/* --- all of it ------------------------------------------------------------ */

DnnObjectiveState *
dnn_objectives_state (DnnObjectives *self)
{
  return dnn_objectives_are_plain (self) ? dnn_objective_state (self->at[0])
                                         : &self->state;
}

void
dnn_objectives_reset (DnnObjectives *self)
{
  self->state = (DnnObjectiveState){ 0 };
  for (uint32_t i = 0; i < self->n; i++)
    dnn_objective_reset (self->at[i]);
}

void
dnn_objectives_set_penalty (DnnObjectives *self, double penalty)
{
  self->penalty = penalty;
  if (dnn_objectives_are_plain (self))
    dnn_objective_set_penalty (self->at[0], penalty);
}

/* The batch's rows weigh alike, whatever the outputs count. */
static void
take_batch (DnnObjectives *self, const DnnBatch *batch)
{
  double loss = self->penalty + sum_terms (batch);

  for (uint32_t i = 0; i < self->n; i++)
    loss += self->factors[i] * dnn_objective_batch_loss (self->at[i]);
  self->batch_loss = loss;
  self->state.sum += loss * (double) batch->n;
  self->state.count += (double) batch->n;
}

bool
dnn_objectives_update (DnnObjectives *self, const DnnBatch *batch, bool trains,
                       GError **error)
{
  for (uint32_t i = 0; i < self->n; i++)
    if (!dnn_objective_update (
            self->at[i], batch,
            trains && batch->plan->heads[i].loss_value->wanted, error))
      return false;
  take_batch (self, batch);
  if (trains)
    write_gradients (batch);
  return true;
}

bool
dnn_objectives_look_again (DnnObjectives *self, const DnnBatch *batch,
                           double *ret_loss, GError **error)
{
  double loss = self->penalty + sum_terms (batch);

  if (dnn_objectives_are_plain (self))
    return dnn_objective_look_again (self->at[0], batch, ret_loss, error);
  for (uint32_t i = 0; i < self->n; i++) {
    double one;

    if (!dnn_objective_look_again (self->at[i], batch, &one, error))
      return false;
    loss += self->factors[i] * one;
  }
  write_gradients (batch);
  *ret_loss = loss;
  return true;
}

bool
dnn_objectives_gradient (DnnObjectives *self, const DnnBatch *batch,
                         GError **error)
{
  for (uint32_t i = 0; i < self->n; i++)
    if (batch->plan->heads[i].loss_value->wanted &&
        !dnn_objective_gradient (self->at[i], batch, error))
      return false;
  write_gradients (batch);
  return true;
}

double
dnn_objectives_loss (const DnnObjectives *self)
{
  const DnnObjectiveState *state = &self->state;

  if (dnn_objectives_are_plain (self))
    return dnn_objective_loss (self->at[0]);
  return state->count > 0 ? state->sum / state->count : 0;
}

double
dnn_objectives_batch_loss (const DnnObjectives *self)
{
  return dnn_objectives_are_plain (self)
             ? dnn_objective_batch_loss (self->at[0])
             : self->batch_loss;
}
