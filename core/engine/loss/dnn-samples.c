/* dnn-samples.c - the samples of a batch, as losses and metrics see them */
#include "dnn-samples.h"

#include <string.h>

enum { N_ARRAYS = 4 };

DnnTensor
dnn_samples_view (const DnnTensor *t, uint32_t axes)
{
  DnnTensor view = { t->data, t->dtype, t->n_dims - axes + 1, { 1 } };

  if (axes == 1)
    return *t;
  for (uint32_t i = 0; i < axes; i++)
    view.dims[0] *= t->dims[i];
  memcpy (&view.dims[1], &t->dims[axes],
          (view.n_dims - 1) * sizeof view.dims[0]);
  if (view.n_dims == 1) /* as a column: one number a sample */
    view.dims[view.n_dims++] = 1;
  return view;
}

void
dnn_samples_clear (DnnSamples *self)
{
  g_free (self->room);
  *self = (DnnSamples){ 0 };
}

static void
reserve (DnnSamples *self)
{
  if (self->n_room >= self->n)
    return;
  g_free (self->room);
  self->n_room = self->n;
  self->room = g_new0 (float, (gsize) (N_ARRAYS * self->n));
}

/* Writes which samples are real; each number of the mask is for as many. */
static void
set_real (DnnSamples *self, const DnnTensor *mask, float *real)
{
  const int64_t each = self->n / dnn_count (mask);
  const float *from = dnn_f32 (mask);

  self->n_real = 0;
  for (int64_t i = 0; i < self->n; i++) {
    real[i] = from[i / each] != 0;
    self->n_real += real[i];
  }
  self->real = real;
}

static void
set_weights (DnnSamples *self, const DnnBatch *batch, float *weights)
{
  const int64_t each = self->n / (batch->n * batch->n_weights);

  self->weights = weights;
  if (batch->weights == NULL)
    self->weights = self->real;
  else if (self->real == NULL && each == 1)
    self->weights = batch->weights;
  else
    for (int64_t i = 0; i < self->n; i++)
      weights[i] =
          (self->real != NULL ? self->real[i] : 1) * batch->weights[i / each];
}

void
dnn_samples_set (DnnSamples *self, const DnnBatch *batch, uint32_t output,
                 uint32_t axes, bool masked)
{
  const DnnHead *head = &batch->plan->heads[output];
  const DnnTensor *mask = masked ? head->mask : NULL;

  self->axes = axes;
  self->n = dnn_samples_view (&head->prediction->tensor, axes).dims[0];
  self->n_real = (double) self->n;
  self->real = NULL;
  reserve (self);
  self->scale = self->room + self->n_room;
  self->values = self->scale + self->n_room;
  if (mask != NULL)
    set_real (self, mask, self->room);
  set_weights (self, batch, self->values + self->n_room);
  for (int64_t i = 0; i < self->n; i++)
    self->scale[i] = (self->weights != NULL ? self->weights[i] : 1) /
                     (float) MAX (self->n_real, 1);
}

void
dnn_samples_multiply (DnnSamples *self, double factor)
{
  for (int64_t i = 0; factor != 1 && i < self->n; i++)
    self->scale[i] *= (float) factor;
}

void
dnn_samples_clear_padding (const DnnSamples *self, DnnTensor *t)
{
  const int64_t size = dnn_count (t) / self->n;
  float *data = dnn_f32 (t);

  for (int64_t i = 0; self->real != NULL && i < self->n; i++)
    if (self->real[i] == 0)
      memset (data + i * size, 0, (size_t) size * sizeof *data);
}

int64_t
dnn_samples_take_labels (const DnnSamples *self, DnnTensor *y_true)
{
  const int64_t each = dnn_count (y_true) / self->n;
  float *labels = dnn_f32 (y_true);

  for (int64_t i = 0; i < self->n * each; i++)
    if (labels[i] == -1 && (self->real == NULL || self->real[i / each] != 0))
      return i / each;
    else if (labels[i] == -1)
      labels[i] = 0;
  return -1;
}

double
dnn_samples_sum (const DnnSamples *self, const float *weights)
{
  double sum = 0;

  for (int64_t i = 0; i < self->n; i++)
    if (self->real == NULL || self->real[i] != 0)
      sum += (weights != NULL ? (double) weights[i] : 1) * self->values[i];
  return sum;
}
