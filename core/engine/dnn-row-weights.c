/* dnn-row-weights.c - how often rows, or their elements, count in the loss */
#include "dnn-row-weights.h"

#include "dnn-class-weights.h"
#include "dnn-shape.h"

void
dnn_row_weights_set_plan (DnnRowWeights *self, const DnnSplit *split,
                          const DnnPlan *plan)
{
  const DnnTensor *mask = plan->heads[0].mask;

  self->n = 1;
  if (self->classes != NULL && mask != NULL)
    self->n = dnn_count (mask) / mask->dims[0];
  if (split->weights != NULL && split->weights->row > 1)
    self->n = split->weights->row;
}

bool
dnn_row_weights_check (const DnnSplit *split, const DnnPlan *plan,
                       GError **error)
{
  const DnnSource *weights = split->weights;
  const DnnShape y = dnn_shape_of (&plan->heads[0].prediction->tensor);
  DnnShape first = y;
  g_autofree char *text = NULL, *y_text = NULL;

  if (weights == NULL || weights->row == 1)
    return true;
  if (plan->n_heads > 1) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_SHAPE,
                 "%s: weights are '%" G_GINT64_FORMAT "' for each row, and the "
                 "model has %u outputs; they must be one for each row",
                 weights->name, weights->row, plan->n_heads);
    return false;
  }
  first.n_dims = weights->shape.n_dims;
  first.dims[0] = weights->shape.dims[0];
  if (first.n_dims < y.n_dims && dnn_shape_equal (&first, &weights->shape))
    return true;
  text = dnn_shape_to_string (&weights->shape, true);
  y_text = dnn_shape_to_string (&y, true);
  g_set_error (
      error, DNN_ERROR, DNN_ERROR_SHAPE,
      "%s: weights are %s, and predictions %s; weights must be one for "
      "each row, or have the first sizes of predictions, without the "
      "last",
      weights->name, text, y_text);
  return false;
}

bool
dnn_row_weights_are_set (const DnnRowWeights *self, const DnnSplit *split)
{
  return split->weights != NULL || self->classes != NULL;
}

void
dnn_row_weights_get (const DnnRowWeights *self, const DnnSplit *source,
                     int64_t row, const float *targets, float *ret_weights)
{
  const int64_t n = self->n, each = dnn_split_target (source)->row / n;

  ret_weights[0] = 1;
  if (source->weights != NULL)
    dnn_source_gather (source->weights, &row, 1, ret_weights);
  if (source->weights == NULL || source->weights->row == 1)
    for (int64_t i = 1; i < n; i++)
      ret_weights[i] = ret_weights[0];
  for (int64_t i = 0; self->classes != NULL && i < n; i++) {
    const int64_t class = dnn_class_of (targets + i * each, each);

    if (class >= 0 && class < self->n_classes)
      ret_weights[i] *= (float) self->classes[class];
  }
}
