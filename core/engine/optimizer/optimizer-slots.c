/* optimizer-slots.c - what the host itself remembers of a weight: gradients
 * that wait for an update, and the average over steps
 *
 * Both are slots behind the plugin's, so that they are saved, restored and
 * carried over with them.
 */
#include "dnn-optimizer-private.h"

#include <math.h>

static float *
host_slot (const DnnWeightState *state, DnnHostSlot which)
{
  return state->data[state->n_own + state->n_around + which];
}

void
dnn_optimizer_declare_host_slots (const DnnOptimizer *self,
                                  DnnWeightState *state)
{
  const DnnShape shape = dnn_shape_of (&state->shape);
  DnnDeclared *rows = state->slots.at + state->slots.n;

  state->slots.n += DNN_N_HOST_SLOTS;
  if (self->keys.gradient_accumulation_steps > 1) {
    rows[DNN_SLOT_SUM] =
        (DnnDeclared){ .set = true, .name = "gradient_sum", .shape = shape };
    rows[DNN_SLOT_COUNT] = (DnnDeclared){ .set = true,
                                          .name = "gradient_count",
                                          .shape = DNN_SCALAR };
  }
  /* Not a number: not begun; the first update makes it the weight itself. */
  if (self->keys.use_ema)
    rows[DNN_SLOT_AVERAGE] = (DnnDeclared){
      .set = true, .name = "weight_average", .shape = shape, .initial = NAN
    };
}

/* --- gradients that wait ------------------------------------------------- */

void
dnn_optimizer_count_gradient (const DnnOptimizer *self, DnnWeightState *state)
{
  float *count = host_slot (state, DNN_SLOT_COUNT);

  state->n_gradients = count != NULL ? *count + 1 : 1;
  state->updates =
      state->n_gradients >= (float) self->keys.gradient_accumulation_steps;
  if (count != NULL)
    *count = state->updates ? 0 : state->n_gradients;
}

void
dnn_optimizer_accumulate (const DnnWeightState *state, float *g, int64_t first,
                          int64_t n)
{
  float *sum = host_slot (state, DNN_SLOT_SUM);

  if (sum == NULL)
    return;
  sum += first;
  for (int64_t i = 0; i < n; i++) {
    sum[i] += g[i];
    g[i] = sum[i] / state->n_gradients;
  }
  for (int64_t i = 0; state->updates && i < n; i++)
    sum[i] = 0;
}

/* --- averages ------------------------------------------------------------ */

static void
copy_average (float *w, const float *average, int64_t n)
{
  for (int64_t i = 0; i < n; i++)
    w[i] = isnan (average[i]) ? w[i] : average[i];
}

void
dnn_optimizer_average (const DnnOptimizer *self, const DnnWeightState *state,
                       int64_t first, int64_t n)
{
  const int64_t every = self->keys.ema_overwrite_frequency;
  const uint64_t updates_before = state->t - state->updates;
  const float fresh = (float) (1 - self->keys.ema_momentum);
  float *w = (float *) state->weight->tensor.data + first;
  float *average = host_slot (state, DNN_SLOT_AVERAGE);

  if (average == NULL)
    return;
  average += first;
  for (int64_t i = 0; i < n; i++) {
    const float begun = state->updates ? w[i] : average[i];

    /* A weight that rests is its own average, to the bit. */
    average[i] =
        isnan (average[i]) ? begun : average[i] + fresh * (w[i] - average[i]);
  }
  if (every > 0 && (updates_before + 1) % (uint64_t) every == 0)
    copy_average (w, average, n);
}

bool
dnn_optimizer_write_averages (const DnnOptimizer *self, const DnnModel *model)
{
  bool any = false;

  for (guint i = 0; i < self->states->len; i++) {
    const DnnWeightState *state = g_ptr_array_index (self->states, i);
    const float *average = host_slot (state, DNN_SLOT_AVERAGE);

    if (average == NULL || !dnn_model_is_trainable (model, state->weight))
      continue;
    copy_average (state->weight->tensor.data, average,
                  dnn_count (&state->shape));
    any = true;
  }
  return any;
}
