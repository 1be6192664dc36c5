/* checkpoint-tensors.c - tensors of a checkpoint: weights, and metrics' sums */
#include "dnn-checkpoint-private.h"

void
dnn_checkpoint_add_snapshot (DnnSafetensors *file, const DnnModel *model,
                             const DnnSnapshot *snapshot, const char *prefix)
{
  for (size_t i = 0; i < snapshot->n; i++) {
    const DnnWeight *weight = dnn_model_weight (model, i);
    g_autofree char *name = g_strconcat (prefix, weight->name, NULL);
    DnnTensor t = weight->tensor;

    t.data = snapshot->weights[i];
    dnn_safetensors_add_tensor (file, name, &t);
  }
}

bool
dnn_checkpoint_copy_tensor (const DnnSafetensors *file,
                            const DnnNamedTensor *like, void *to,
                            GError **error)
{
  if (dnn_safetensors_copy (file, like, to, error))
    return true;
  g_prefix_error (error, "it is no whole checkpoint: ");
  return false;
}

bool
dnn_checkpoint_copy_snapshot (const DnnSafetensors *file, const DnnModel *model,
                              const char *prefix, DnnSnapshot *snapshot,
                              GError **error)
{
  for (size_t i = 0; i < snapshot->n; i++) {
    const DnnWeight *weight = dnn_model_weight (model, i);
    g_autofree char *name = g_strconcat (prefix, weight->name, NULL);
    DnnNamedTensor like = { name, (DnnDtype) weight->tensor.dtype,
                            dnn_shape_of (&weight->tensor), NULL };

    if (!dnn_checkpoint_copy_tensor (file, &like, snapshot->weights[i], error))
      return false;
  }
  return true;
}

const DnnMetric *
dnn_checkpoint_metric_at (const DnnObjectives *objective, size_t i)
{
  const size_t n = dnn_objectives_n_metrics (objective);

  return i < n ? dnn_objectives_metric (objective, i)
               : dnn_objectives_table (objective, i - n);
}

size_t
dnn_checkpoint_count_metrics (const DnnObjectives *objective)
{
  return dnn_objectives_n_metrics (objective) +
         dnn_objectives_n_tables (objective);
}

DnnNamedTensor
dnn_checkpoint_metric_tensor (const DnnMetric *metric, size_t i, char **name)
{
  *name = g_strdup_printf ("checkpoint/metric.%zu", i);
  return (DnnNamedTensor){
    *name, DNN_FLOAT64, { 1, 0, { metric->n_state } }, metric->state
  };
}
