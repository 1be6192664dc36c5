/* dnn-compact.c - the real samples of a batch, without its padding */
#include "dnn-compact.h"

#include <string.h>

void
dnn_compact_clear (DnnCompact *self)
{
  g_free (self->room);
  *self = (DnnCompact){ 0 };
}

bool
dnn_compact_is_for (const DnnComponent *loss, const DnnSamples *samples)
{
  return samples->real != NULL &&
         (loss->code->flags & DNN_FLAG_NOT_PER_SAMPLE) != 0;
}

/* Real rows of `size` numbers, side by side. */
static void
gather (const DnnSamples *samples, const float *from, int64_t size, float *to)
{
  for (int64_t i = 0; i < samples->n; i++)
    if (samples->real[i] != 0) {
      memcpy (to, from + i * size, (size_t) size * sizeof *to);
      to += size;
    }
}

/* And back; 0 to the others. */
static void
scatter (const DnnSamples *samples, const float *from, int64_t size, float *to)
{
  for (int64_t i = 0; i < samples->n; i++) {
    const bool real = samples->real[i] != 0;

    if (real)
      memcpy (to + i * size, from, (size_t) size * sizeof *to);
    else
      memset (to + i * size, 0, (size_t) size * sizeof *to);
    from += real ? size : 0;
  }
}

static int64_t
size_of (const DnnTensor *t)
{
  return dnn_count (t) / t->dims[0];
}

/* Room for predictions, targets, gradient, scale and values. */
static void
reserve (DnnCompact *self, const DnnLossPass *pass)
{
  const int64_t n = 2 * dnn_count (pass->y_pred) + dnn_count (pass->y_true) +
                    2 * pass->y_pred->dims[0];

  if (n <= self->n_room)
    return;
  g_free (self->room);
  self->room = g_new (float, (gsize) n);
  self->n_room = n;
}

/* The tensor's real rows, at the place that `room` points to, which moves on.
 */
static DnnTensor
compact (const DnnSamples *samples, const DnnTensor *t, float **room)
{
  DnnTensor rows = *t;

  rows.data = *room;
  rows.dims[0] = (int64_t) samples->n_real;
  *room += dnn_count (t);
  if (t->data != NULL)
    gather (samples, t->data, size_of (t), rows.data);
  return rows;
}

bool
dnn_compact_call_loss (DnnCompact *self, DnnRoom *room,
                       const DnnComponent *loss, DnnLossPass *pass,
                       const DnnSamples *samples, const char *who,
                       GError **error)
{
  DnnLossPass real = *pass;
  DnnTensor y_pred, y_true, dy_pred;
  float *at, *scale;

  reserve (self, pass);
  at = self->room;
  y_pred = compact (samples, pass->y_pred, &at);
  y_true = compact (samples, pass->y_true, &at);
  dy_pred = *pass->y_pred;
  dy_pred.data = NULL;
  dy_pred = compact (samples, &dy_pred, &at);
  scale = at;
  gather (samples, samples->scale, 1, scale);
  real.y_pred = &y_pred;
  real.y_true = &y_true;
  real.scale = pass->scale != NULL ? scale : NULL;
  real.value = pass->value != NULL ? scale + samples->n : NULL;
  real.dy_pred = pass->dy_pred != NULL ? &dy_pred : NULL;
  real.masks = NULL;
  if (samples->n_real > 0 &&
      !dnn_room_call_loss (room, loss, &real, who, error))
    return false;
  if (pass->value != NULL)
    scatter (samples, real.value, 1, pass->value);
  if (pass->dy_pred != NULL)
    scatter (samples, dy_pred.data, size_of (pass->y_pred),
             pass->dy_pred->data);
  return true;
}
