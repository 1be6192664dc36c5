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

/* build, forward and backward of a plugin whose struct S has members `rank` and
 * `pool` (0: max, 1: average), and whose `measure (self, host, b, x)` returns
 * the windows over x, of rank 0 where it has called fail. */
#define DNN_POOL_PASSES(S, measure)                                            \
  static int32_t build (const void *self, const DnnHost *host, DnnBuild *b)    \
  {                                                                            \
    const S *pooling = (const S *) self;                                       \
    DnnWindows w = { 0 };                                                      \
                                                                               \
    if (dnn_expect_rank (host, b, pooling->rank) == 0)                         \
      w = measure (pooling, host, b, b->x[0]);                                 \
    if (w.rank == 0)                                                           \
      return -1;                                                               \
    if (!pooling->pool)                                                        \
      host->add_saved (b, 0, dnn_windows_output (&w, w.channels));             \
    host->set_output (b, 0, dnn_windows_output (&w, w.channels));              \
    host->backward_reads (b, DNN_READS_NOTHING);                               \
    return 0;                                                                  \
  }                                                                            \
  static int32_t forward (const void *self, const DnnHost *host,               \
                          DnnPass *pass)                                       \
  {                                                                            \
    const S *pooling = (const S *) self;                                       \
    const DnnWindows w = measure (pooling, host, NULL, pass->x[0]);            \
                                                                               \
    dnn_pool_forward (host, pass, &w, pooling->pool, pass->saved[0]);          \
    return 0;                                                                  \
  }                                                                            \
  static int32_t backward (const void *self, const DnnHost *host,              \
                           DnnPass *pass)                                      \
  {                                                                            \
    const S *pooling = (const S *) self;                                       \
    DnnWindows w;                                                              \
                                                                               \
    if (pass->dx[0] == NULL)                                                   \
      return 0;                                                                \
    w = measure (pooling, host, NULL, pass->dx[0]);                            \
    dnn_pool_backward (host, pass, &w, pooling->pool, pass->saved[0]);         \
    return 0;                                                                  \
  }

#ifdef __cplusplus
}
#endif
