/* optimizer-file.c - an optimizer's slots, read from a model's file */
#include "dnn-optimizer-private.h"
#include "dnn-safetensors.h"

#include <string.h>

#define PREFIX  "optimizer/"
#define COUNTER "/t"

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
