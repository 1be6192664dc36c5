/* gain.h - y = γ x̂ + β: the weights that normalizations have in common
 *
 * Both are optional.  They are numbers 0 and 1 of a layer's weights.
 */
#pragma once

#include <dnn/abi/layer.h>

#ifdef __cplusplus
extern "C" {
#endif

/* In build: those of the two that are wanted, of this shape. */
static inline void
dnn_add_gain (const DnnHost *host, DnnBuild *b, DnnShape shape, int gamma,
              int beta)
{
  if (gamma)
    host->add_weight (b, 0, "gamma", shape, "ones");
  if (beta)
    host->add_weight (b, 1, "beta", shape, "zeros");
}

/* y = γ y + β, of n numbers from column `at` on. */
static inline void
dnn_gain (const DnnPass *pass, float *y, int64_t at, int64_t n)
{
  const float *gamma = dnn_f32 (pass->w[0]), *beta = dnn_f32 (pass->w[1]);

  for (int64_t j = 0; gamma != NULL && j < n; j++)
    y[j] *= gamma[at + j];
  for (int64_t j = 0; beta != NULL && j < n; j++)
    y[j] += beta[at + j];
}

#ifdef __cplusplus
}
#endif
