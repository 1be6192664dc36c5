/* bad-mask.h - a layer that reads its mask, for plugins that add a fault
 *
 *   y[n,:] = m[n] x[n,:] s, and so is its gradient
 */
#pragma once

#include "bad-layer.h"

/* Multiplies the rows of padding by `by`. */
static inline void
multiply_padding (const DnnPass *pass, const DnnTensor *t, float by)
{
  const int64_t rows = dnn_rows (t), columns = dnn_columns (t);

  for (int64_t i = 0; t->data != NULL && i < rows * columns; i++)
    if (!dnn_is_real (pass, 0, i / columns, rows))
      dnn_f32 (t)[i] *= by;
}

static inline int32_t
masked_build (const void *self, const DnnHost *host, DnnBuild *b)
{
  const int32_t status = good_build (self, host, b);

  if (status == 0 && dnn_masked_axes (b, 0) == b->x[0]->n_dims)
    return host->fail (b, "its mask must leave the last axis");
  return status;
}

static inline int32_t
masked_forward (const void *self, const DnnHost *host, DnnPass *pass)
{
  const int32_t status = good_forward (self, host, pass);

  multiply_padding (pass, pass->y[0], 0);
  return status;
}
