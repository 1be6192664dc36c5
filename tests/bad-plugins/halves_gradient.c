/* halves_gradient - a regularizer that forgets the 2 of its derivative */
#include "bad-penalty.h"

static double
penalty (const void *self, const DnnHost *host, DnnPenaltyPass *p)
{
  const float *w = dnn_f32 (p->w);
  float *dw = dnn_f32 (p->dw);
  double sum = 0;

  (void) self;
  (void) host;
  for (int64_t i = 0; i < dnn_count (p->w); i++) {
    sum += (double) w[i] * w[i];
    if (dw != NULL)
      dw[i] = w[i];
  }
  return sum;
}

BAD_PENALTY ("halves_gradient", 0);
