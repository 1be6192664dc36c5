/* samples.h - layers that work on a sample at a time (minor 1) */
#pragma once

#include <dnn/abi/layer.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Elements that are worth a thread of their own. */
#define DNN_GRAIN 16384

/* The grain of parallel_for over the samples of a tensor. */
static inline int64_t
dnn_grain (const DnnTensor *t)
{
  return DNN_GRAIN / (dnn_count (t) / t->dims[0] + 1) + 1;
}

/* to = from, unless they are one and the same, or `to` is NULL. */
static inline void
dnn_copy (const DnnTensor *from, DnnTensor *to)
{
  if (to != NULL && to->data != from->data)
    for (int64_t i = 0, n = dnn_count (to); i < n; i++)
      dnn_f32 (to)[i] = dnn_f32 (from)[i];
}

/* Fails where the input has not `rank` axes between batch and channels. */
static inline int32_t
dnn_expect_rank (const DnnHost *host, DnnBuild *b, int64_t rank)
{
  if (b->x[0]->n_dims == rank + 2)
    return 0;
  return host->fail (b,
                     "its input must have %d axes and channels, not %d sizes",
                     (int) rank, (int) b->x[0]->n_dims - 1);
}

#ifdef __cplusplus
}
#endif
