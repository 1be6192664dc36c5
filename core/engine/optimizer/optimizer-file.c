/* optimizer-file.c - an optimizer's slots as named tensors */
#include "dnn-optimizer-private.h"
#include "dnn-safetensors.h"

#include <string.h>

#define PREFIX  "optimizer/"
#define COUNTER "/t"

void
dnn_optimizer_add (const DnnOptimizer *self, DnnSafetensors *file)
{
  for (size_t i = 0; i < dnn_optimizer_n_states (self); i++) {
    const DnnWeightState *state = dnn_optimizer_state (self, i);
    g_autofree char *counter =
        g_strdup_printf (PREFIX "%s" COUNTER, state->weight->name);
    DnnNamedTensor t = { counter, DNN_INT64, DNN_SCALAR, &state->t };

    dnn_safetensors_add (file, &t);
    for (uint32_t j = 0; j < state->slots.n; j++) {
      const DnnDeclared *slot = &state->slots.at[j];
      g_autofree char *name = NULL;

      if (!slot->set)
        continue;
      name = g_strdup_printf (PREFIX "%s/%s", state->weight->name, slot->name);
      dnn_safetensors_add_floats (file, name, &slot->shape, state->data[j]);
    }
  }
}

static bool
copy (const DnnSafetensors *file, const DnnNamedTensor *like, void *to,
      GError **error)
{
  if (dnn_safetensors_copy (file, like, to, error))
    return true;
  g_prefix_error (error, "it is no whole checkpoint: ");
  return false;
}

/* The weight whose counter is tensor `counter`. */
static DnnWeight *
find_weight (const DnnModel *model, const DnnNamedTensor *counter,
             GError **error)
{
  g_autofree char *name = g_strdup (counter->name + strlen (PREFIX));
  DnnWeight *weight;

  name[strlen (name) - strlen (COUNTER)] = '\0';
  weight = dnn_model_find_weight (model, name);
  if (weight == NULL)
    g_set_error (error, DNN_ERROR, DNN_ERROR_FORMAT,
                 "tensor '%s' is of no weight of the model", counter->name);
  return weight;
}

static bool
take_state (DnnWeightState *state, const DnnSafetensors *file,
            const DnnNamedTensor *counter, GError **error)
{
  DnnNamedTensor like = { counter->name, DNN_INT64, DNN_SCALAR, NULL };

  if (!copy (file, &like, &state->t, error))
    return false;
  for (uint32_t i = 0; i < state->slots.n; i++) {
    const DnnDeclared *slot = &state->slots.at[i];
    g_autofree char *name =
        g_strdup_printf (PREFIX "%s/%s", state->weight->name, slot->name);

    like = (DnnNamedTensor){ name, DNN_FLOAT32, slot->shape, NULL };
    if (slot->set && !copy (file, &like, state->data[i], error))
      return false;
  }
  return true;
}

/* In the order of the file: a global norm is summed in it. */
bool
dnn_optimizer_take (DnnOptimizer *self, const DnnSafetensors *file,
                    DnnModel *model, DnnPool *pool, GError **error)
{
  g_ptr_array_set_size (self->states, 0);
  for (size_t i = 0; i < dnn_safetensors_count (file); i++) {
    const DnnNamedTensor *t = dnn_safetensors_at (file, i);
    DnnWeight *weight;

    if (t->dtype != DNN_INT64 || !g_str_has_prefix (t->name, PREFIX) ||
        !g_str_has_suffix (t->name, COUNTER))
      continue;
    weight = find_weight (model, t, error);
    if (weight == NULL || !dnn_optimizer_add_state (self, weight, error) ||
        !take_state (dnn_optimizer_find_state (self, weight), file, t, error))
      return false;
  }
  return dnn_optimizer_prepare (self, model, pool, error);
}
