/* windows.h - small boxes that slide over a tensor N x D1 x ... x C (minor 1)
 *
 *   A[(n, i), (t, c)] = x[n, i stride + t dilation - before, c]   0 outside x
 *
 * i is a position of the output and t a tap, both in row-major order.  What a
 * convolution multiplies by its kernel and a pooling layer looks at.
 */
#pragma once

#include <dnn/abi/tensor.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum DnnPadding {
  DNN_PADDING_VALID = 0,
  DNN_PADDING_SAME = 1, /* size / stride positions, rounded up; odd zero last */
  DNN_PADDING_CAUSAL = 2 /* all zeros before */
} DnnPadding;

#define DNN_MAX_AXES 3

/* [grows] Axes beyond `rank` are 1 long, with a step and a dilation of 1. */
typedef struct DnnWindows {
  uint32_t struct_size;
  uint32_t rank; /* axes that windows slide along: 1, 2, 3 */
  int64_t batch;
  int64_t channels;           /* of x */
  int64_t groups;             /* channels: depthwise */
  int64_t size[DNN_MAX_AXES]; /* of x */
  int64_t positions[DNN_MAX_AXES];
  int64_t taps[DNN_MAX_AXES];
  int64_t stride[DNN_MAX_AXES];
  int64_t dilation[DNN_MAX_AXES];
  int64_t before[DNN_MAX_AXES]; /* zeros before x; below 0: left out */
} DnnWindows;

/* Taps *first .. *last - 1 of an axis that lie inside x at a position; none:
 * both are equal. */
static inline void
dnn_windows_inside (const DnnWindows *w, uint32_t axis, int64_t position,
                    int64_t *first, int64_t *last)
{
  const int64_t start = position * w->stride[axis] - w->before[axis];
  const int64_t dilation = w->dilation[axis];
  const int64_t left = w->size[axis] - start;

  *first = start < 0 ? (-start + dilation - 1) / dilation : 0;
  *last = left > 0 ? (left + dilation - 1) / dilation : 0;
  if (*last > w->taps[axis])
    *last = w->taps[axis];
  if (*first > *last)
    *first = *last;
}

#ifdef __cplusplus
}
#endif
