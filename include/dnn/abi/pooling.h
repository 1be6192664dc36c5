/* pooling.h - the largest or the mean of all boxes of a tensor (minor 1)
 *
 *   max:      y[n, p, c] = the largest of x[n, ., c] in box p
 *             dx: dy, to the first that is largest
 *   average:  y[n, p, c] = the mean of x[n, ., c] in box p
 *             dx: dy / elements of the box, to each of them
 */
#pragma once

#include <dnn/abi/box_values.h>
#include <dnn/abi/samples.h>

#ifdef __cplusplus
extern "C" {
#endif

/* [frozen] */
typedef struct DnnPool {
  DnnWindows windows;
  uint32_t average;  /* 0: max */
  const float *from; /* x, or dy in backward */
  float *to;         /* y, or dx in backward */
  float *places;     /* max: of the largest in its box, N x P1 x ... x C */
} DnnPool;

/* Boxes first .. last - 1 of all samples. */
static inline DNN_CLONES void
dnn_pool_boxes (void *data, int64_t first, int64_t last, uint32_t worker)
{
  const DnnPool *pool = (const DnnPool *) data;
  const DnnWindows *w = &pool->windows;
  const int64_t boxes = dnn_boxes (w);
  const int64_t sample = w->size[0] * w->size[1] * w->size[2] * w->channels;

  (void) worker;
  for (int64_t i = first; i < last; i++) {
    const float *x = pool->from + i / boxes * sample;
    float *y = pool->to + i * w->channels;
    DnnBox box;

    dnn_box_start (w, i % boxes, &box);
    if (pool->average)
      dnn_box_mean (w, &box, x, y);
    else
      dnn_box_max (w, &box, x, y, pool->places + i * w->channels);
  }
}

/* dx of samples first .. last - 1: boxes may overlap. */
static inline DNN_CLONES void
dnn_pool_samples_back (void *data, int64_t first, int64_t last, uint32_t worker)
{
  const DnnPool *pool = (const DnnPool *) data;
  const DnnWindows *w = &pool->windows;
  const int64_t boxes = dnn_boxes (w);
  const int64_t sample = w->size[0] * w->size[1] * w->size[2] * w->channels;

  (void) worker;
  for (int64_t i = first * sample; i < last * sample; i++)
    pool->to[i] = 0;
  for (int64_t i = first * boxes; i < last * boxes; i++) {
    const float *dy = pool->from + i * w->channels;
    float *dx = pool->to + i / boxes * sample;
    DnnBox box;

    dnn_box_start (w, i % boxes, &box);
    if (pool->average)
      dnn_box_mean_back (w, &box, dy, dx);
    else
      dnn_box_max_back (w, &box, dy, pool->places + i * w->channels, dx);
  }
}

/* y[0] of x[0]; places: a saved tensor of y's shape, or NULL with average. */
static inline void
dnn_pool_forward (const DnnHost *host, DnnPass *pass, const DnnWindows *windows,
                  uint32_t average, const DnnTensor *places)
{
  DnnPool pool = { *windows, average, dnn_f32 (pass->x[0]),
                   dnn_f32 (pass->y[0]), dnn_f32 (places) };
  const int64_t boxes = windows->batch * dnn_boxes (windows);

  host->parallel_for (pass, boxes,
                      DNN_GRAIN / (dnn_count (pass->x[0]) / boxes + 1) + 1,
                      dnn_pool_boxes, &pool);
}

/* dx[0], which is wanted, of dy[0]. */
static inline void
dnn_pool_backward (const DnnHost *host, DnnPass *pass,
                   const DnnWindows *windows, uint32_t average,
                   const DnnTensor *places)
{
  DnnPool pool = { *windows, average, dnn_f32 (pass->dy[0]),
                   dnn_f32 (pass->dx[0]), dnn_f32 (places) };

  host->parallel_for (pass, windows->batch, dnn_grain (pass->dx[0]),
                      dnn_pool_samples_back, &pool);
}

#ifdef __cplusplus
}
#endif
