/* dnn-split.c - rows and their weights */
#include "dnn-split.h"

#include "dnn-shape.h"
#include "dnn-sources.h"

#include <math.h>

static DnnSources
sources_copy (const DnnSources *from)
{
  DnnSources self = { g_new (DnnSource *, from->n), from->n };

  for (uint32_t i = 0; i < from->n; i++)
    self.at[i] = dnn_source_ref (from->at[i]);
  return self;
}

static void
sources_clear (DnnSources *self)
{
  for (uint32_t i = 0; i < self->n; i++)
    dnn_source_unref (self->at[i]);
  g_free (self->at);
}

DnnSplit *
dnn_split_new (const DnnSources *inputs, const DnnSources *targets,
               int64_t first, int64_t n_rows)
{
  DnnSplit *self = g_new0 (DnnSplit, 1);

  self->inputs = sources_copy (inputs);
  self->targets = sources_copy (targets);
  self->first = first;
  self->n = n_rows;
  return self;
}

DnnSplit *
dnn_split_new_part (const DnnSplit *self, int64_t first, int64_t n_rows)
{
  DnnSplit *part = dnn_split_new (&self->inputs, &self->targets, first, n_rows);

  part->weights = self->weights != NULL ? dnn_source_ref (self->weights) : NULL;
  return part;
}

void
dnn_split_free (DnnSplit *self)
{
  if (self == NULL)
    return;
  g_free (self->rows);
  dnn_source_unref (self->weights);
  sources_clear (&self->targets);
  sources_clear (&self->inputs);
  g_free (self);
}

uint32_t
dnn_split_n_sources (const DnnSplit *self)
{
  return self->inputs.n + self->targets.n + (self->weights != NULL);
}

DnnSource *
dnn_split_source (const DnnSplit *self, uint32_t i)
{
  if (i < self->inputs.n)
    return self->inputs.at[i];
  i -= self->inputs.n;
  return i < self->targets.n ? self->targets.at[i] : self->weights;
}

bool
dnn_split_is_mapped (const DnnSplit *self)
{
  bool mapped = false;

  for (uint32_t i = 0; i < self->inputs.n; i++)
    mapped = mapped || self->inputs.at[i]->mapped;
  for (uint32_t i = 0; i < self->targets.n; i++)
    mapped = mapped || self->targets.at[i]->mapped;
  return mapped;
}

bool
dnn_split_set_weights (DnnSplit *self, const char *name, DnnArray *weights,
                       GError **error)
{
  const int64_t n = dnn_source_n_rows (dnn_split_input (self));
  int64_t row;
  bool any = false;

  if (weights->shape.n_dims < 1 || weights->shape.dims[0] != n ||
      dnn_array_row_size (weights) < 1) {
    g_autofree char *shape = dnn_shape_to_string (&weights->shape, false);

    g_set_error (error, DNN_ERROR, DNN_ERROR_DATA,
                 "%s: weights have shape '%s', and must be one for each of "
                 "%" G_GINT64_FORMAT " rows, or for each of their elements",
                 name, shape, n);
    return false;
  }
  row = dnn_array_row_size (weights);
  for (int64_t i = 0; i < n * row; i++) {
    float weight;

    dnn_array_to_float (weights, i, 1, &weight);
    any = any || weight > 0;
    if (isfinite (weight) && weight >= 0)
      continue;
    g_set_error (error, DNN_ERROR, DNN_ERROR_DATA,
                 "%s: row %" G_GINT64_FORMAT
                 ": weight '%g' must be a number of 0 or more",
                 name, i / row + 1, (double) weight);
    return false;
  }
  if (!any) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_DATA,
                 "%s: every weight is '0', so that nothing counts; at least "
                 "one must be more",
                 name);
    return false;
  }
  dnn_source_unref (self->weights);
  self->weights = dnn_source_new_array (weights, name);
  return true;
}

uint32_t
dnn_split_weight_axes (const DnnSplit *self)
{
  return self->weights != NULL && self->weights->row > 1
             ? self->weights->shape.n_dims
             : 1;
}
