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

  if (!check_n_inputs (self, error))
    return NULL;
  if (masks == NULL || self->drops_mask)
    masks = none;
  built = self->component != NULL
              ? dnn_build_masked (self->component, self->name, x, masks,
                                  self->n_inputs, error)
              : build_activation (x[0]);
  if (built == NULL || !dnn_masks_settle (self, built, x, masks, error))
    return NULL;
  return g_steal_pointer (&built);
}
