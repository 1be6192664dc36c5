/* affine.h - pictures seen through an affine map (minor 1)
 *
 *   y[n, i, j, c] = x[n, (i', j'), c]    i' = y0 i + y1 j + y2
 *                                        j' = x0 i + x1 j + x2
 *
 * Pixels lie at whole numbers.  Linear: between pixels the four around count,
 * by nearness; else the nearest.  A pixel outside of x counts as `fill` says.
 */
#pragma once

#include <dnn/abi/samples.h>

#ifdef __cplusplus
extern "C" {
#endif

/* How a line a b c d goes on to the right. */
typedef enum DnnOutside {
  DNN_OUTSIDE_REFLECT = 0,  /* d c b a */
  DNN_OUTSIDE_WRAP = 1,     /* a b c d */
  DNN_OUTSIDE_CONSTANT = 2, /* k k k k */
  DNN_OUTSIDE_NEAREST = 3,  /* d d d d */
  DNN_OUTSIDE_MIRROR = 4    /* c b a b */
} DnnOutside;

/* [frozen] */
typedef struct DnnMap {
  double y[3];
  double x[3];
} DnnMap;

/* [frozen] Samples N x H x W x C, each of which has a map. */
typedef struct DnnAffine {
  int64_t height;
  int64_t width;
  int64_t channels;
  uint32_t linear;                                  /* 0: nearest */
  uint32_t fill;                                    /* a DnnOutside */
  uint32_t backward;                                /* 1: from is dy, to dx */
  float value;                                      /* k */
  DnnMap (*map) (const void *data, int64_t sample); /* [range] */
  const void *data;
  const float *from;
  float *to;
} DnnAffine;

/* The pixel of 0 .. n - 1 that counts at place i; -1: none. */
static inline int64_t
dnn_affine_place (uint32_t fill, int64_t i, int64_t n)
{
  const int64_t period = fill == DNN_OUTSIDE_REFLECT  ? 2 * n
                         : fill == DNN_OUTSIDE_MIRROR ? 2 * n - 2
                                                      : n;

  if (i >= 0 && i < n)
    return i;
  if (fill == DNN_OUTSIDE_CONSTANT)
    return -1;
  if (fill == DNN_OUTSIDE_NEAREST || period == 0)
    return i < 0 ? 0 : n - 1;
  i = (i % period + period) % period;
  if (i < n)
    return i;
  return period - i - (fill == DNN_OUTSIDE_REFLECT);
}

/* The two pixels beside `at`; the weight of the second. */
static inline double
dnn_affine_between (const DnnAffine *a, double at, int64_t n, int64_t ret_at[2])
{
  const double nearest = at < 0 ? at - 0.5 : at + 0.5;
  int64_t first = (int64_t) (a->linear ? at : nearest);

  if (a->linear && (double) first > at)
    first--;
  ret_at[0] = dnn_affine_place (a->fill, first, n);
  ret_at[1] = dnn_affine_place (a->fill, first + 1, n);
  return a->linear ? at - (double) first : 0;
}

/* The elements of a sample of x, at most 4, that y's pixel (i, j) looks at:
 * where, and weights; their number.  The rest of the weight is outside. */
static inline int
dnn_affine_look (const DnnAffine *a, const DnnMap *map, int64_t i, int64_t j,
                 int64_t ret_at[4], float ret_weight[4], float *ret_rest)
{
  const double *y = map->y, *x = map->x;
  int64_t rows[2], columns[2];
  const double v = dnn_affine_between (
      a, y[0] * (double) i + y[1] * (double) j + y[2], a->height, rows);
  const double u = dnn_affine_between (
      a, x[0] * (double) i + x[1] * (double) j + x[2], a->width, columns);
  int n = 0;

  *ret_rest = 0;
  for (int t = 0; t < 4; t++) {
    const int64_t row = rows[t >> 1], column = columns[t & 1];
    const double weight =
        ((t >> 1) != 0 ? v : 1 - v) * ((t & 1) != 0 ? u : 1 - u);

    if (weight != 0 && (row < 0 || column < 0))
      *ret_rest += (float) weight;
    else if (weight != 0) {
      ret_at[n] = (row * a->width + column) * a->channels;
      ret_weight[n++] = (float) weight;
    }
  }
  return n;
}

/* For parallel_for over samples: y from x or, backwards, dx from dy. */
static inline void
dnn_affine_samples (void *data, int64_t first, int64_t last, uint32_t worker)
{
  const DnnAffine *a = (const DnnAffine *) data;
  const int64_t n = a->channels, pixels = a->height * a->width;

  (void) worker;
  for (int64_t i = first * pixels * n; i < last * pixels * n; i++)
    a->to[i] = 0;
  for (int64_t s = first; s < last; s++) {
    const DnnMap map = a->map (a->data, s);
    const float *from = a->from + s * pixels * n;
    float *to = a->to + s * pixels * n;

    for (int64_t p = 0; p < pixels; p++) {
      int64_t at[4];
      float weight[4], rest;
      const int taps = dnn_affine_look (a, &map, p / a->width, p % a->width, at,
                                        weight, &rest);

      for (int64_t c = 0; !a->backward && rest != 0 && c < n; c++)
        to[p * n + c] = rest * a->value;
      for (int t = 0; t < taps; t++)
        for (int64_t c = 0; c < n; c++)
          if (a->backward)
            to[at[t] + c] += weight[t] * from[p * n + c];
          else
            to[p * n + c] += weight[t] * from[at[t] + c];
    }
  }
}

#ifdef __cplusplus
}
#endif
