/* optimizer-step.c - steps weights, tile by tile */
#include "dnn-optimizer-private.h"

#include "dnn-blas.h"
#include "dnn-param.h"
#include "dnn-penalty.h"
#include "dnn-shape.h"

#include <math.h>
#include <string.h>

/* Elements of a weight that are stepped in one piece, and nanoseconds that one
 * takes, about. */
enum { GRAIN = 16384 };
#define WORK 1.0

static bool
is_elementwise (const DnnOptimizer *self)
{
  return (self->component->code->flags & DNN_FLAG_ELEMENTWISE) != 0;
}

bool
dnn_optimizer_slot_is_like_weight (const DnnWeightState *state, uint32_t slot)
{
  const DnnShape shape = dnn_shape_of (&state->shape);

  return dnn_shape_equal (&state->slots.at[slot].shape, &shape);
}

/* --- one range ----------------------------------------------------------- */

static void
fill_step (const DnnOptimizer *self, DnnWeightState *state, int64_t first,
           int64_t n, uint32_t worker, DnnStep *ret_step)
{
  float **at = state->at + (size_t) worker * DNN_MAX_DECLARED;

  for (uint32_t i = 0; i < state->n_own; i++)
    at[i] =
        state->data[i] != NULL && dnn_optimizer_slot_is_like_weight (state, i)
            ? state->data[i] + first
            : state->data[i];
  *ret_step = (DnnStep){
    .call = { DNN_END_OF (DnnStep, scratch), 0, (void *) &self->context },
    .n = n,
    .w = (float *) state->weight->tensor.data + first,
    .slots = at,
    .t = state->t,
    .step = self->step,
    .weight = &state->shape,
    .scratch = is_elementwise (self) ? NULL : state->scratch_at[DNN_ROLE_TYPE],
  };
}

void
dnn_optimizer_fill_all (const DnnOptimizer *self, DnnWeightState *state,
                        DnnStep *ret_step)
{
  const bool around = self->around != NULL;

  fill_step (self, state, 0, dnn_count (&state->shape), 0, ret_step);
  ret_step->g = state->pending->data;
  ret_step->slots = state->data + (around ? state->n_own : 0);
  ret_step->scratch =
      state->scratch_at[around ? DNN_ROLE_AROUND : DNN_ROLE_TYPE];
}

/* A weight and its gradient, both whole, on their way to being stepped. */
typedef struct {
  const DnnOptimizer *optimizer;
  DnnWeightState *state;
  float *g;
  int64_t n;       /* elements of the weight */
  int64_t columns; /* of the weight, as a matrix; 0: not asked for */
  float factor;    /* of the gradient: what clipping by a norm came to */
} Update;

/* Clips, decays and steps elements first .. first + n - 1 of a gradient that is
 * complete. */
static void
move_range (const Update *self, int64_t first, int64_t n, uint32_t worker)
{
  const DnnOptimizer *optimizer = self->optimizer;
  DnnWeightState *state = self->state;
  const float factor = self->factor;
  float *g = self->g + first;
  float *w = (float *) state->weight->tensor.data + first;
  DnnStep step;

  if (factor != 1)
    for (int64_t i = 0; i < n; i++)
      g[i] *= factor;
  dnn_optimizer_clip_values (optimizer, g, n);
  if (state->decays && optimizer->rate != NULL) {
    const float decay =
        (float) (optimizer->keys.weight_decay *
                 dnn_param_get_number (optimizer->rate, state->self));

    for (int64_t i = 0; i < n; i++)
      w[i] -= w[i] * decay;
  }
  fill_step (optimizer, state, first, n, worker, &step);
  step.g = g;
  optimizer->ops->step (state->self, &dnn_host, &step);
}

/* The same, where enough gradients are there, and the average in any case. */
static void
update_range (const Update *self, int64_t first, int64_t n, uint32_t worker)
{
  if (self->state->updates)
    move_range (self, first, n, worker);
  dnn_optimizer_average (self->optimizer, self->state, first, n);
}

static void
update_chunk (void *data, int64_t chunk, uint32_t worker)
{
  const Update *update = data;
  int64_t first = chunk * GRAIN;

  update_range (update, first, MIN (GRAIN, update->n - first), worker);
}

static void
update_weight (DnnOptimizer *self, DnnWeightState *state, DnnTensor *dw,
               float factor)
{
  Update update = { self, state, dw->data, dnn_count (dw), 0, factor };

  dnn_running_begin (&self->running);
  if (is_elementwise (self))
    dnn_pool_run_work (self->pool, (update.n + GRAIN - 1) / GRAIN,
                       (double) update.n * WORK, update_chunk, &update);
  else
    update_range (&update, 0, update.n, 0);
  dnn_running_end ();
  dnn_weight_constrain (state->weight, self->pool);
}

void
dnn_optimizer_update_pending (DnnOptimizer *self, DnnWeightState *state,
                              float factor)
{
  self->context.key.owner = state->owner;
  update_weight (self, state, state->pending, factor);
}

void
dnn_optimizer_finish_weight (DnnOptimizer *self, DnnWeightState *state)
{
  dnn_optimizer_average (self, state, 0, dnn_count (&state->shape));
  dnn_weight_constrain (state->weight, self->pool);
}

/* --- gradients ----------------------------------------------------------- */

void
dnn_optimizer_resolve (const DnnOptimizer *self, const DnnComponent *component,
                       void *ret_self)
{
  memcpy (ret_self, component->self, component->code->self_size);
  for (guint i = 0; i < component->schedules->len; i++) {
    const DnnDriven *driven = g_ptr_array_index (component->schedules, i);

    dnn_param_set_number (driven->param, ret_self,
                          dnn_component_value_at (component, driven->param,
                                                  self->schedule_step,
                                                  self->length));
  }
}

/* The struct that a weight's step sees: schedules and multipliers applied. */
static void
resolve_self (const DnnOptimizer *self, DnnWeightState *state)
{
  dnn_optimizer_resolve (self, self->component, state->self);
  if (self->rate != NULL && state->weight->learning_rate_multiplier != 1)
    dnn_param_set_number (self->rate, state->self,
                          dnn_param_get_number (self->rate, state->self) *
                              state->weight->learning_rate_multiplier);
}

/* Counts the gradient, and where it makes an update counts that and tells the
 * plugin; once a step: a weight that gets no gradient, frozen, is not counted.
 */
static DnnWeightState *
begin_update (DnnOptimizer *self, DnnWeight *weight)
{
  DnnWeightState *state = dnn_optimizer_find_state (self, weight);
  DnnStep begin;

  self->context.key.owner = state->owner;

  /* The weight may have moved since it was looked at. */
  if (state->begun != self->step + 1 || dnn_optimizer_looks_again (self))
    dnn_weight_begin_penalty (weight, self->pool);
  if (state->begun == self->step + 1)
    return state;
  state->begun = self->step + 1;
  dnn_optimizer_count_gradient (self, state);
  if (!state->updates)
    return state;
  state->t++;
  resolve_self (self, state);
  if (self->ops->begin == NULL)
    return state;
  fill_step (self, state, 0, dnn_count (&state->shape), 0, &begin);
  dnn_running_begin (&self->running);
  self->ops->begin (state->self, &dnn_host, &begin);
  dnn_running_end ();
  return state;
}

/* Elements first .. first + n - 1 of a batch's gradient, at `g`, with what is
 * added to them: the regularizer's part, and gradients that waited. */
static void
complete_gradient (const DnnWeightState *state, float *g, int64_t first,
                   int64_t n)
{
  dnn_weight_add_penalty (state->weight, first, g, n);
  dnn_optimizer_accumulate (state, g, first, n);
}

static void
take_gradient (void *data, DnnWeight *weight, DnnTensor *dw)
{
  DnnOptimizer *self = data;
  DnnWeightState *state = begin_update (self, weight);
  float factor = 1;

  complete_gradient (state, dw->data, 0, dnn_count (dw));
  if (state->updates && dnn_optimizer_stores_gradients (self)) {
    state->pending = dw;
    return;
  }
  if (state->updates && isfinite (self->keys.clipnorm))
    factor = dnn_optimizer_clip_factor (dnn_optimizer_sum_of_squares (dw),
                                        self->keys.clipnorm);
  update_weight (self, state, dw, factor);
}

/* A tile of dw is complete: its rows are stepped while they are hot. */
static void
step_tile (void *data, int64_t row, int64_t n_rows, int64_t column,
           int64_t n_columns, uint32_t worker)
{
  const Update *update = data;

  if (n_columns == update->columns) {
    n_columns *= n_rows;
    n_rows = 1;
  }
  for (int64_t i = row; i < row + n_rows; i++) {
    int64_t first = i * update->columns + column;

    complete_gradient (update->state, update->g + first, first, n_columns);
    update_range (update, first, n_columns, worker);
  }
}

static bool
has_slots (const DnnWeightState *state)
{
  for (uint32_t i = 0; i < state->slots.n; i++)
    if (state->data[i] != NULL)
      return true;
  return false;
}

/* c, where the whole update of this weight comes to w += c aT d: then the
 * product is added to the weight itself, and no gradient is made; else 0. */
static double
find_factor (const DnnOptimizer *self, const DnnWeightState *state)
{
  double factor;

  if (self->ops->struct_size < DNN_END_OF (DnnOptimizerOps, factor) ||
      self->ops->factor == NULL || has_slots (state) ||
      isfinite (self->keys.clipvalue) || state->decays ||
      state->weight->regularizer != NULL)
    return 0;
  dnn_running_begin (&self->running);
  factor = self->ops->factor (state->self);
  dnn_running_end ();
  return factor;
}

static void
take_product (void *data, DnnWeight *weight, const DnnTensor *a,
              const DnnTensor *d, DnnTensor *dw)
{
  DnnOptimizer *self = data;
  DnnWeightState *state = begin_update (self, weight);
  Update update = { self, state, dw->data, dnn_count (dw), dnn_columns (d), 1 };
  const bool by_tiles = is_elementwise (self) &&
                        !isfinite (self->keys.clipnorm) &&
                        !dnn_optimizer_stores_gradients (self);
  const double factor = by_tiles ? find_factor (self, state) : 0;
  const bool direct = factor != 0;
  DnnGemm gemm = {
    DNN_GEMM (1, 0),
    .m = dnn_columns (a),
    .n = dnn_columns (d),
    .k = dnn_rows (a),
    .alpha = direct ? (float) factor : 1,
    .beta = direct,
    .a = dnn_f32 (a),
    .b = dnn_f32 (d),
    .c = dnn_f32 (direct ? &weight->tensor : dw),
  };

  dnn_running_begin (&self->running);
  dnn_blas_gemm_tiles (self->pool, &gemm, NULL,
                       by_tiles && !direct ? step_tile : NULL, &update);
  dnn_running_end ();
  if (by_tiles)
    dnn_weight_constrain (weight, self->pool);
  else
    take_gradient (self, weight, dw);
}

DnnSink
dnn_optimizer_sink (DnnOptimizer *self)
{
  return (DnnSink){ take_product, take_gradient, self };
}

/* --- steps --------------------------------------------------------------- */

void
dnn_optimizer_begin_step (DnnOptimizer *self, uint64_t step,
                          uint64_t schedule_step)
{
  self->step = step;
  self->schedule_step = schedule_step;
  self->context.key.step = step;
  for (guint i = 0; i < self->states->len; i++) {
    DnnWeightState *state = g_ptr_array_index (self->states, i);

    state->pending = NULL;
  }
}
