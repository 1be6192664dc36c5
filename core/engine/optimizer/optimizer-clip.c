/* optimizer-clip.c - sizes of gradients, and what they are cut to */
#include "dnn-optimizer-private.h"

#include <math.h>

double
dnn_optimizer_sum_of_squares (const DnnTensor *dw)
{
  enum { LANES = 16 };
  const float *g = dw->data;
  const int64_t n = dnn_count (dw);
  double lanes[LANES] = { 0 }, sum = 0;
  int64_t i = 0;

  for (; i + LANES <= n; i += LANES)
    for (int j = 0; j < LANES; j++)
      lanes[j] += (double) g[i + j] * g[i + j];
  for (; i < n; i++)
    sum += (double) g[i] * g[i];
  for (int j = 0; j < LANES; j++)
    sum += lanes[j];
  return sum;
}

float
dnn_optimizer_clip_factor (double sum, double most)
{
  const double norm = sqrt (sum);

  if (!isfinite (norm))
    return NAN; /* as in Keras: it must not pass for a gradient of 0 */
  return norm > most ? (float) (most / norm) : 1.0f;
}

void
dnn_optimizer_clip_values (const DnnOptimizer *self, float *g, int64_t n)
{
  const float most = (float) self->keys.clipvalue;

  if (!isfinite (self->keys.clipvalue))
    return;
  for (int64_t i = 0; i < n; i++)
    g[i] = g[i] > most ? most : g[i] < -most ? -most : g[i];
}

float
dnn_optimizer_global_factor (const DnnOptimizer *self)
{
  double sum = 0;

  if (!isfinite (self->keys.global_clipnorm))
    return 1;
  for (guint i = 0; i < self->states->len; i++) {
    const DnnWeightState *state = g_ptr_array_index (self->states, i);

    if (state->pending != NULL)
      sum += dnn_optimizer_sum_of_squares (state->pending);
  }
  return dnn_optimizer_clip_factor (sum, self->keys.global_clipnorm);
}
