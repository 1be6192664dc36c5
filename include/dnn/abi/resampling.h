/* resampling.h - pictures in another size (minor 1)
 *
 *   y[n, i, c] = sum over t of a(i, t) x[n, start + t, c]
 *
 * Each axis by itself: of the `length` elements from `start` on, position i of
 * P looks at s = (i + 1/2) length / P - 1/2, kept between the first and the
 * last.  Nearest: the one element that s + 1/2 lies in; linear: the two beside
 * s.  Lengths that stay as they are make it a crop, and its gradient a frame of
 * zeros.
 */
#pragma once

#include <dnn/abi/samples.h>
#include <dnn/abi/windows.h>

#ifdef __cplusplus
extern "C" {
#endif

/* [frozen] The axes are the last ones before the channels: those before are 1
 * long. */
typedef struct DnnResampling {
  int64_t batch;
  int64_t channels;
  int64_t size[DNN_MAX_AXES];      /* of x */
  int64_t start[DNN_MAX_AXES];     /* of the part of x that is looked at */
  int64_t length[DNN_MAX_AXES];    /* of that part */
  int64_t positions[DNN_MAX_AXES]; /* of y */
  uint32_t linear;                 /* 0: nearest */
  uint32_t reserved;
  const float *from;
  float *to;
} DnnResampling;

/* All of x, in its own size. */
static inline DnnResampling
dnn_resampling (const DnnTensor *x)
{
  DnnResampling r = { 0, 0, { 0 }, { 0 }, { 0 }, { 0 }, 0, 0, NULL, NULL };
  const int skipped = DNN_MAX_AXES + 2 - (int) x->n_dims;

  r.batch = x->dims[0];
  r.channels = dnn_columns (x);
  for (int i = 0; i < DNN_MAX_AXES; i++)
    r.size[i] = r.length[i] = r.positions[i] =
        i < skipped ? 1 : x->dims[i - skipped + 1];
  return r;
}

/* N x positions x C. */
static inline DnnShape
dnn_resampling_output (const DnnResampling *r, uint32_t rank)
{
  DnnShape shape = { rank + 2, 0, { r->batch } };

  for (uint32_t i = 0; i < rank; i++)
    shape.dims[i + 1] = r->positions[DNN_MAX_AXES - rank + i];
  shape.dims[rank + 1] = r->channels;
  return shape;
}

/* Only the middle of x that has the proportions of y's last two axes. */
static inline void
dnn_resampling_keep_aspect (DnnResampling *r)
{
  const int64_t height = r->size[1], width = r->size[2];
  const int64_t sizes[2] = { width * r->positions[1] / r->positions[2],
                             height * r->positions[2] / r->positions[1] };

  for (int i = 0; i < 2; i++) {
    const int64_t whole = r->size[i + 1];
    const int64_t part = sizes[i] < whole ? sizes[i] : whole;

    r->length[i + 1] = part > 1 ? part : 1;
    r->start[i + 1] = (whole - r->length[i + 1]) / 2;
  }
}

/* [frozen] Two elements of x that a position looks at, as one axis has it. */
typedef struct DnnTaps {
  int64_t at[2];
  float weight[2]; /* 0: not looked at */
} DnnTaps;

static inline DnnTaps
dnn_resampling_taps (const DnnResampling *r, int axis, int64_t i)
{
  const int64_t n = r->length[axis], parts = r->positions[axis];
  /* 2 P s, a whole number. */
  const int64_t twice = (2 * i + 1) * n - parts;
  DnnTaps taps = { { r->start[axis], r->start[axis] }, { 1, 0 } };

  if (!r->linear || n == parts) {
    taps.at[0] += (twice + parts) / (2 * parts);
    return taps;
  }
  if (twice <= 0)
    return taps;
  taps.at[0] += twice / (2 * parts);
  taps.at[1] = taps.at[0] + 1;
  taps.weight[1] =
      (float) ((double) (twice % (2 * parts)) / (double) (2 * parts));
  if (taps.at[1] >= r->start[axis] + n)
    taps.weight[1] = 0;
  taps.weight[0] = 1 - taps.weight[1];
  return taps;
}

/* forward and backward of a plugin whose `measure (self, x)` says what y is of
 * x: `there` and `back` are dnn_resample and dnn_resample_back, or the other
 * way. */
#define DNN_RESAMPLE_PASSES(measure, there, back)                              \
  static int32_t forward (const void *self, const DnnHost *host,               \
                          DnnPass *pass)                                       \
  {                                                                            \
    DnnResampling r = measure (self, pass->x[0]);                              \
                                                                               \
    there (host, pass, &r, pass->x[0], pass->y[0]);                            \
    return 0;                                                                  \
  }                                                                            \
  static int32_t backward (const void *self, const DnnHost *host,              \
                           DnnPass *pass)                                      \
  {                                                                            \
    DnnResampling r;                                                           \
                                                                               \
    if (pass->dx[0] == NULL)                                                   \
      return 0;                                                                \
    r = measure (self, pass->dx[0]);                                           \
    back (host, pass, &r, pass->dy[0], pass->dx[0]);                           \
    return 0;                                                                  \
  }

#ifdef __cplusplus
}
#endif
