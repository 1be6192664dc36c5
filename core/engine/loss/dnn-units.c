/* dnn-units.c - predictions and targets in the units of the file */
#include "dnn-units.h"

typedef struct {
  DnnTensor tensor;
  float *data;  /* (owned) */
  int64_t room; /* numbers of it */
} Copy;

struct DnnUnits {
  DnnTargetScale *scale; /* (owned reference) */
  Copy pred, truth;
};

DnnUnits *
dnn_units_new (DnnTargetScale *scale)
{
  DnnUnits *self = g_new0 (DnnUnits, 1);

  self->scale = dnn_target_scale_ref (scale);
  return self;
}

void
dnn_units_free (DnnUnits *self)
{
  if (self == NULL)
    return;
  g_free (self->pred.data);
  g_free (self->truth.data);
  dnn_target_scale_unref (self->scale);
  g_free (self);
}

static const DnnTensor *
convert (Copy *copy, const DnnTargetScale *scale, const DnnTensor *from)
{
  const int64_t n = dnn_count (from);

  if (n > copy->room) {
    g_free (copy->data);
    copy->data = g_new (float, (gsize) n);
    copy->room = n;
  }
  copy->tensor = *from;
  copy->tensor.data = copy->data;
  dnn_target_scale_undo (scale, from->data, n, copy->data);
  return &copy->tensor;
}

void
dnn_units_set (DnnUnits *self, const DnnTensor **inout_pred,
               const DnnTensor **inout_true)
{
  *inout_pred = convert (&self->pred, self->scale, *inout_pred);
  *inout_true = convert (&self->truth, self->scale, *inout_true);
}
