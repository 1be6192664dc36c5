/* penalty.h - regularizers and constraints: what is asked of one weight */
#pragma once

#include <dnn/abi/layer.h>

#ifdef __cplusplus
extern "C" {
#endif

/* [grows] */
typedef struct DnnPenaltyPass {
  DnnCall call;
  const DnnTensor *w;
  DnnTensor *dw; /* overwrite: the penalty's gradient; NULL: not wanted */
} DnnPenaltyPass;

/* [grows] */
typedef struct DnnRegularizerOps {
  uint32_t struct_size;
  uint32_t reserved;
  /* [step] What the weight adds to the loss.  The number is not looked at where
   * dw is wanted.  Of a plugin with DNN_FLAG_ELEMENTWISE [range]: w is then any
   * part of the weight, of one dimension, and what parts add is summed. */
  double (*penalty) (const void *self, const DnnHost *host, DnnPenaltyPass *p);
  /* [pure] May be NULL.  Fails where the weight of shape x[0], or parameters
   * together, are not for it; declares nothing. */
  int32_t (*build) (const void *self, const DnnHost *host, DnnBuild *b);
} DnnRegularizerOps;

#define DNN_REGULARIZER_OPS DNN_END_OF (DnnRegularizerOps, build), 0

/* [grows] */
typedef struct DnnConstraintPass {
  DnnCall call;
  DnnTensor *w; /* in place */
} DnnConstraintPass;

/* [grows] */
typedef struct DnnConstraintOps {
  uint32_t struct_size;
  uint32_t reserved;
  /* [step] After every update; a second call in a row changes nothing. */
  void (*constrain) (const void *self, const DnnHost *host,
                     DnnConstraintPass *p);
  /* [pure] May be NULL; as a regularizer's. */
  int32_t (*build) (const void *self, const DnnHost *host, DnnBuild *b);
} DnnConstraintOps;

#define DNN_CONSTRAINT_OPS DNN_END_OF (DnnConstraintOps, build), 0

/* A penalty l1 Σ|w| + l2 Σw², and its gradient l1 sign (w) + 2 l2 w. */
static inline double
dnn_penalize (const DnnPenaltyPass *p, double l1, double l2)
{
  const float *w = dnn_f32 (p->w);
  const int64_t n = dnn_count (p->w);
  const float size = (float) l1, slope = (float) (2 * l2);
  double sizes = 0, squares = 0;

  if (p->dw != NULL) {
    float *dw = dnn_f32 (p->dw);

    for (int64_t i = 0; i < n; i++)
      dw[i] = slope * w[i] + size * (float) ((w[i] > 0) - (w[i] < 0));
    return 0;
  }
  for (int64_t i = 0; i < n; i++) {
    sizes += w[i] < 0 ? -(double) w[i] : (double) w[i];
    squares += (double) w[i] * w[i];
  }
  return l1 * sizes + l2 * squares;
}

/* The factor of a column whose squares have this sum. */
typedef float (*DnnColumnFactor) (const void *self, double squares);

/* Multiplies every column of a weight, what lies along `axis`, by its factor.
 * A weight without that axis has columns of one element. */
static inline void
dnn_scale_columns (const DnnTensor *w, int64_t axis, DnnColumnFactor factor_of,
                   const void *self)
{
  const int64_t n = axis < w->n_dims ? w->dims[axis] : 1;
  int64_t inner = 1;

  for (uint32_t i = 0; i < w->n_dims; i++)
    inner *= i > axis ? w->dims[i] : 1;
  for (int64_t i = 0; i < dnn_count (w) / n; i++) {
    float *column = dnn_f32 (w) + i / inner * n * inner + i % inner;
    double squares = 0;
    float factor;

    for (int64_t k = 0; k < n; k++)
      squares += (double) column[k * inner] * column[k * inner];
    factor = factor_of (self, squares);
    for (int64_t k = 0; k < n; k++)
      column[k * inner] *= factor;
  }
}

#ifdef __cplusplus
}
#endif
