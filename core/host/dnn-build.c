/* dnn-build.c - asks plugins what they make of given shapes */
#include "dnn-build.h"

#include "dnn-host.h"
#include "dnn-kind-row.h"
#include "dnn-shape.h"

#include <string.h>

static int32_t
call_build (const DnnComponent *component, DnnBuild *b)
{
  const DnnKindRow *kind = dnn_kind_row (component->code->kind);

  return dnn_kind_build (kind, component->code->ops) (component->self,
                                                      &dnn_host, b);
}

/* What has outputs must have said what they and its weights are. */
static const char *
find_gap (const DnnComponent *component, const DnnBuilt *built)
{
  const DnnDeclaredList *named[] = { &built->weights, &built->buffers };
  const uint32_t n_outputs = dnn_kind_n_outputs (
      dnn_kind_row (component->code->kind), component->code->ops);

  if (n_outputs == 0)
    return NULL;
  for (uint32_t i = 0; i < n_outputs; i++)
    if (!built->outputs.at[i].set)
      return "build did not call set_output for every output";
  for (size_t j = 0; j < G_N_ELEMENTS (named); j++)
    for (uint32_t i = 0; i < named[j]->n; i++)
      if (named[j]->at[i].set &&
          (named[j]->at[i].name == NULL || named[j]->at[i].initializer == NULL))
        return "build added a weight or buffer without name or initializer";
  return NULL;
}

/* Plugins divide by sizes: they see none that is 0. */
static bool
check_inputs (const char *who, const DnnTensor *const *x, uint32_t n_inputs,
              GError **error)
{
  for (uint32_t i = 0; i < n_inputs; i++)
    for (uint32_t j = 0; j < x[i]->n_dims; j++)
      if (x[i]->dims[j] < 1) {
        const DnnShape shape = dnn_shape_of (x[i]);
        g_autofree char *text = dnn_shape_to_string (&shape, true);

        g_set_error (error, DNN_ERROR, DNN_ERROR_SHAPE,
                     "%s: its input is %s; every size must be 1 or more", who,
                     text);
        return false;
      }
  return true;
}

DnnBuilt *
dnn_build (const DnnComponent *component, const char *who,
           const DnnTensor *const *x, uint32_t n_inputs, GError **error)
{
  g_autofree DnnBuilt *built = g_new0 (DnnBuilt, 1);
  DnnContext context = { .built = built };
  DnnBuild b = {
    .call = { DNN_END_OF (DnnBuild, x), 0, &context },
    .n_inputs = n_inputs,
    .x = x,
  };
  const char *gap;

  if (!check_inputs (who, x, n_inputs, error))
    return NULL;
  built->reads = DNN_READS_X | DNN_READS_Y;
  if (call_build (component, &b) != 0 || context.message != NULL) {
    dnn_context_take_error (&context, who, DNN_ERROR_SHAPE, error);
    return NULL;
  }
  gap = find_gap (component, built);
  if (gap != NULL) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_PLUGIN, "%s: %s", who, gap);
    return NULL;
  }
  return g_steal_pointer (&built);
}

DnnBuilt *
dnn_build_slots (const DnnComponent *component, const char *who,
                 const DnnTensor *weight, GError **error)
{
  const DnnOptimizerOps *ops = component->code->ops;
  g_autofree DnnBuilt *built = g_new0 (DnnBuilt, 1);
  g_autofree void *self = NULL;
  DnnContext context = { .built = built };
  DnnSlots s = {
    .call = { DNN_END_OF (DnnSlots, weight), 0, &context },
    .weight = weight,
  };

  if (ops->slots == NULL)
    return g_steal_pointer (&built);
  self = dnn_component_widest (component);
  if (ops->slots (self, &dnn_host, &s) != 0 || context.message != NULL) {
    dnn_context_take_error (&context, who, DNN_ERROR_SHAPE, error);
    return NULL;
  }
  return g_steal_pointer (&built);
}
