/* layer-build.c - what a layer makes of its inputs, and of their masks */
#include "dnn-masks.h"

static bool
check_n_inputs (const DnnLayer *self, GError **error)
{
  const DnnLayerOps *ops =
      self->component != NULL ? self->component->code->ops : NULL;
  uint32_t min = ops != NULL ? ops->min_inputs : 1;
  uint32_t max = ops != NULL ? ops->max_inputs : 1;

  if (self->n_inputs >= min && self->n_inputs <= max)
    return true;
  g_set_error (error, DNN_ERROR, DNN_ERROR_SHAPE,
               "%s: it takes %u to %u inputs, not '%u'", self->name, min, max,
               self->n_inputs);
  return false;
}

/* Inputs that there are: `target` is none where nobody is trained. */
static uint32_t
count_inputs (const DnnLayer *self, const DnnTensor *const *x)
{
  uint32_t n = 0;

  for (uint32_t i = 0; i < self->n_inputs; i++)
    n += x[i] != NULL;
  return n;
}

bool
dnn_layer_has_inputs (const DnnLayer *self, const DnnTensor *const *x)
{
  const DnnLayerOps *ops =
      self->component != NULL ? self->component->code->ops : NULL;

  return count_inputs (self, x) >= MAX (ops != NULL ? ops->min_inputs : 1, 1);
}

static bool
check_targets (const DnnLayer *self, const DnnTensor *const *x, GError **error)
{
  if (dnn_layer_has_inputs (self, x))
    return true;
  g_set_error (error, DNN_ERROR, DNN_ERROR_SHAPE,
               "%s: it takes 'target', and there are no targets here; in "
               "training those of [data] are, elsewhere [model] target_shape "
               "says what they are like",
               self->name);
  return false;
}

/* A key of the first output cannot stand where that is a term of the loss. */
static bool
check_terms (const DnnLayer *self, const DnnBuilt *built, GError **error)
{
  if (!built->outputs.at[0].is_term || self->activation == NULL)
    return true;
  g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
               "%s: its first output is a term of the loss, which has no "
               "activation '%s'",
               self->name, self->activation->plugin->name);
  return false;
}

static DnnBuilt *
build_activation (const DnnTensor *x)
{
  DnnBuilt *built = g_new0 (DnnBuilt, 1);

  built->outputs.n = 1;
  built->outputs.at[0].set = true;
  built->outputs.at[0].shape = dnn_shape_of (x);
  return built;
}

DnnBuilt *
dnn_layer_build (const DnnLayer *self, const DnnTensor *const *x,
                 const DnnTensor *const *masks, GError **error)
{
  g_autofree const DnnTensor **none =
      g_new0 (const DnnTensor *, self->n_inputs + 1);
  g_autofree DnnBuilt *built = NULL;

  if (!check_n_inputs (self, error) || !check_targets (self, x, error))
    return NULL;
  if (masks == NULL || self->drops_mask)
    masks = none;
  built = self->component != NULL
              ? dnn_build_masked (self->component, self->name, x, masks,
                                  self->n_inputs, error)
              : build_activation (x[0]);
  if (built == NULL || !check_terms (self, built, error) ||
      !dnn_masks_settle (self, built, x, masks, error))
    return NULL;
  return g_steal_pointer (&built);
}
