/* all_weights.h - vectors over all weights of a step
 *
 * For optimizers with step_all, whose sums are over everything that trains.
 * Sums run in order, in double.
 */
#pragma once

#include <dnn/abi/optimizer.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum DnnVectorKind {
  DNN_VECTOR_W,
  DNN_VECTOR_G, /* to be read only */
  DNN_VECTOR_SLOT,
  DNN_VECTOR_SCRATCH
} DnnVectorKind;

/* [frozen] Numbers like the weights: row `row` of slot or scratch `index`,
 * which has rows as long as the weight. */
typedef struct DnnVector {
  DnnVectorKind kind;
  uint32_t index;
  int64_t row;
} DnnVector;

/* Its s->n numbers for one weight. */
static inline float *
dnn_vector_at (const DnnStep *s, DnnVector x)
{
  switch (x.kind) {
  case DNN_VECTOR_W:
    return s->w;
  case DNN_VECTOR_G:
    return (float *) s->g;
  case DNN_VECTOR_SLOT:
    return s->slots[x.index] + x.row * s->n;
  default:
    return s->scratch[x.index] + x.row * s->n;
  }
}

/* xᵀy */
static inline double
dnn_vector_dot (const DnnStepAll *a, DnnVector x, DnnVector y)
{
  double sum = 0;

  for (uint32_t k = 0; k < a->n_weights; k++) {
    const float *p = dnn_vector_at (a->weights[k], x);
    const float *q = dnn_vector_at (a->weights[k], y);

    for (int64_t i = 0; i < a->weights[k]->n; i++)
      sum += (double) p[i] * (double) q[i];
  }
  return sum;
}

/* Σ |x| */
static inline double
dnn_vector_sum (const DnnStepAll *a, DnnVector x)
{
  double sum = 0;

  for (uint32_t k = 0; k < a->n_weights; k++) {
    const float *p = dnn_vector_at (a->weights[k], x);

    for (int64_t i = 0; i < a->weights[k]->n; i++)
      sum += p[i] < 0 ? -(double) p[i] : (double) p[i];
  }
  return sum;
}

/* y = x */
static inline void
dnn_vector_copy (const DnnStepAll *a, DnnVector x, DnnVector y)
{
  for (uint32_t k = 0; k < a->n_weights; k++) {
    const float *p = dnn_vector_at (a->weights[k], x);
    float *q = dnn_vector_at (a->weights[k], y);

    for (int64_t i = 0; i < a->weights[k]->n; i++)
      q[i] = p[i];
  }
}

/* x = c x */
static inline void
dnn_vector_scale (const DnnStepAll *a, double c, DnnVector x)
{
  for (uint32_t k = 0; k < a->n_weights; k++) {
    float *p = dnn_vector_at (a->weights[k], x);

    for (int64_t i = 0; i < a->weights[k]->n; i++)
      p[i] *= (float) c;
  }
}

/* y = y + c x */
static inline void
dnn_vector_add (const DnnStepAll *a, double c, DnnVector x, DnnVector y)
{
  for (uint32_t k = 0; k < a->n_weights; k++) {
    const float *p = dnn_vector_at (a->weights[k], x);
    float *q = dnn_vector_at (a->weights[k], y);

    for (int64_t i = 0; i < a->weights[k]->n; i++)
      q[i] += (float) c * p[i];
  }
}

#ifdef __cplusplus
}
#endif
