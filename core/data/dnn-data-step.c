/* dnn-data-step.c - what all steps have in common */
#include "dnn-data-step.h"

void
dnn_data_step_init (DnnDataStep *self, const DnnDataStepType *type)
{
  self->type = type;
  g_atomic_ref_count_init (&self->refs);
}

DnnDataStep *
dnn_data_step_ref (DnnDataStep *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
dnn_data_step_unref (DnnDataStep *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->refs))
    return;
  if (self->type->clear != NULL)
    self->type->clear (self);
  g_free (self);
}

DnnShape
dnn_data_step_shape (const DnnDataStep *self, const DnnShape *row)
{
  return self->type->shape != NULL ? self->type->shape (self, row) : *row;
}
