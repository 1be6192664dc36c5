/* dnn-merge.c - makes weights once and for all */
#include "dnn-merge.h"

#include "dnn-blas.h"
#include "dnn-executor.h"
#include "dnn-made.h"

#include <string.h>

bool
dnn_model_is_parametrized (const DnnModel *self)
{
  for (size_t i = 0; i < dnn_model_n_weights (self); i++)
    if (dnn_model_weight (self, i)->parametrization != NULL)
      return true;
  return false;
}

/* The layers, named, without what is said of parametrizations. */
static GPtrArray *
plain_specs (const DnnModel *self)
{
  GPtrArray *specs = dnn_spec_list_new ();

  for (size_t i = 0; i < dnn_model_n_layers (self); i++) {
    const DnnLayer *layer = dnn_model_layer (self, i);
    DnnSpec *spec = dnn_spec_copy (layer->spec);

    dnn_spec_set (spec, "name", layer->name, spec->place);
    for (uint32_t j = 0; j < layer->n_weights; j++)
      if (layer->weights[j] != NULL) {
        g_autofree char *key = g_strconcat (layer->weights[j]->short_name,
                                            "_parametrization", NULL);

        dnn_spec_remove (spec, key);
      }
    g_ptr_array_add (specs, spec);
  }
  return specs;
}

static bool
fill (DnnModel *merged, DnnPlan *plan, GError **error)
{
  const DnnPassInfo info = { 0 };

  for (size_t i = 0; i < dnn_model_n_weights (merged); i++) {
    DnnWeight *to = dnn_model_weight (merged, i);
    const DnnWeight *from = dnn_model_find_weight (plan->model, to->name);
    DnnMade *made = dnn_made_find (plan, from);

    if (made != NULL && !dnn_executor_make_weight (made, &info, error))
      return false;
    memcpy (to->tensor.data,
            made != NULL ? made->y.y.tensor.data : from->tensor.data,
            dnn_weight_bytes (to));
    to->is_fresh = false;
  }
  return true;
}

DnnModel *
dnn_model_merge (DnnModel *self, GError **error)
{
  const DnnPlanOptions options = { .batch = 1, .loss = { .counts = true } };
  g_autofree char *outputs = dnn_model_list_outputs (self);
  const DnnEnds ends = {
    .inputs = dnn_model_input_shapes (self),
    .outputs = outputs,
    .targets = dnn_model_target_shapes (self),
  };
  g_autoptr (GPtrArray) specs = plain_specs (self);
  g_autoptr (DnnPool) pool = dnn_pool_new (1);
  g_autoptr (DnnPlan) plan = NULL;
  g_autoptr (DnnModel) merged = NULL;

  if (!dnn_blas_init (error))
    return NULL;
  plan = dnn_plan_new (self, pool, &options, error);
  merged = plan != NULL ? dnn_model_new_graph (dnn_model_registry (self), specs,
                                               &ends, error)
                        : NULL;
  if (merged == NULL || !dnn_plan_allocate (plan, NULL, error) ||
      !fill (merged, plan, error))
    return NULL;
  return g_steal_pointer (&merged);
}
