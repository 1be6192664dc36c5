/* dnn-snapshot.c - copies weights, there and back */
#include "dnn-snapshot.h"

#include "dnn-memory.h"

#include <string.h>

void
dnn_snapshot_free (DnnSnapshot *self)
{
  if (self == NULL)
    return;
  for (size_t i = 0; i < self->n; i++)
    dnn_memory_free (self->weights[i]);
  g_free (self->weights);
  g_free (self);
}

static DnnSnapshot *
make (const DnnModel *model, bool with_weights, GError **error)
{
  g_autoptr (DnnSnapshot) self = g_new0 (DnnSnapshot, 1);
  size_t n = dnn_model_n_weights (model);

  self->weights = g_new0 (float *, n + 1);
  for (; self->n < n; self->n++) {
    const DnnWeight *weight = dnn_model_weight (model, self->n);

    if (!with_weights && !weight->is_buffer)
      continue;
    self->weights[self->n] = dnn_memory_new (dnn_weight_bytes (weight), error);
    if (self->weights[self->n] == NULL)
      return NULL;
  }
  dnn_snapshot_take (self, model);
  return g_steal_pointer (&self);
}

DnnSnapshot *
dnn_snapshot_new (const DnnModel *model, GError **error)
{
  return make (model, true, error);
}

DnnSnapshot *
dnn_snapshot_new_of_buffers (const DnnModel *model, GError **error)
{
  return make (model, false, error);
}

void
dnn_snapshot_take (DnnSnapshot *self, const DnnModel *model)
{
  for (size_t i = 0; i < self->n; i++) {
    const DnnWeight *weight = dnn_model_weight (model, i);

    if (self->weights[i] != NULL)
      memcpy (self->weights[i], weight->tensor.data, dnn_weight_bytes (weight));
  }
}

void
dnn_snapshot_put (const DnnSnapshot *self, DnnModel *model)
{
  for (size_t i = 0; i < self->n; i++) {
    DnnWeight *weight = dnn_model_weight (model, i);

    if (self->weights[i] != NULL)
      memcpy (weight->tensor.data, self->weights[i], dnn_weight_bytes (weight));
  }
}
