/* dnn-split.c - rows and their weights */
#include "dnn-split.h"

#include "dnn-shape.h"

#include <math.h>

DnnSplit *
dnn_split_new (DnnArray *inputs, DnnArray *targets, int64_t first,
               int64_t n_rows)
{
  DnnSplit *self = g_new0 (DnnSplit, 1);

  self->inputs = dnn_array_ref (inputs);
  self->targets = dnn_array_ref (targets);
  self->inputs_name = self->targets_name = "data";
  self->first = first;
  self->n = n_rows;
  return self;
}

void
dnn_split_free (DnnSplit *self)
{
  if (self == NULL)
    return;
  g_free (self->rows);
  dnn_array_unref (self->weights);
  dnn_array_unref (self->targets);
  dnn_array_unref (self->inputs);
  g_free (self);
}

bool
dnn_split_set_weights (DnnSplit *self, const char *name, DnnArray *weights,
                       GError **error)
{
  const int64_t n = self->inputs->shape.dims[0];

  if (weights->shape.n_dims < 1 || weights->shape.dims[0] != n ||
      dnn_array_row_size (weights) != 1) {
    g_autofree char *shape = dnn_shape_to_string (&weights->shape, false);

    g_set_error (error, DNN_ERROR, DNN_ERROR_DATA,
                 "%s: weights have shape '%s', and must be one for each of "
                 "%" G_GINT64_FORMAT " rows",
                 name, shape, n);
    return false;
  }
  for (int64_t i = 0; i < n; i++) {
    float weight;

    dnn_array_to_float (weights, i, 1, &weight);
    if (isfinite (weight) && weight >= 0)
      continue;
    g_set_error (error, DNN_ERROR, DNN_ERROR_DATA,
                 "%s: row %" G_GINT64_FORMAT
                 ": weight '%g' must be a number of 0 or more",
                 name, i + 1, (double) weight);
    return false;
  }
  dnn_array_unref (self->weights);
  self->weights = dnn_array_ref (weights);
  return true;
}
