/* lasso_in_parts - a norm whose parts are said to add up */
#include "bad-penalty.h"

#include <math.h>

static double
penalty (const void *self, const DnnHost *host, DnnPenaltyPass *p)
{
  const float *w = dnn_f32 (p->w);
  float *dw = dnn_f32 (p->dw);
  double sum = 0;

  (void) self;
  (void) host;
  for (int64_t i = 0; i < dnn_count (p->w); i++)
    sum += (double) w[i] * w[i];
  for (int64_t i = 0; dw != NULL && i < dnn_count (p->w); i++)
    dw[i] = (float) (w[i] / sqrt (sum));
  return sqrt (sum);
}

BAD_PENALTY ("lasso_in_parts", DNN_FLAG_ELEMENTWISE);
