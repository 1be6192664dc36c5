/* convolution.h - the windows of a layer, from what its user says (minor 1)
 *
 * Lists have one number for all axes, or one for each.  x is N x D1 x ... x C,
 * whose axes between the first and the last are those that windows slide along.
 */
#pragma once

#include <dnn/abi/layer.h>
#include <dnn/abi/param.h>
#include <dnn/abi/windows.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Number of axis `axis` of a list; 1 for a list that is NULL. */
static inline int64_t
dnn_of_axis (const DnnInts *list, uint32_t axis)
{
  if (list == NULL || list->n == 0)
    return 1;
  return list->at[list->n > 1 ? axis : 0];
}

/* Zeros that surround `size` so that windows have ceil (size / stride)
 * positions; the smaller half comes first. */
static inline int64_t
dnn_same_padding (int64_t size, int64_t extent, int64_t stride)
{
  const int64_t positions = (size + stride - 1) / stride;
  const int64_t zeros = (positions - 1) * stride + extent - size;

  return zeros > 0 ? zeros : 0;
}

static inline int32_t
dnn_windows_axis (const DnnHost *host, DnnBuild *b, uint32_t axis,
                  DnnPadding padding, DnnWindows *w)
{
  const int64_t size = w->size[axis], stride = w->stride[axis];
  const int64_t extent = (w->taps[axis] - 1) * w->dilation[axis] + 1;

  w->before[axis] = 0;
  w->positions[axis] = size < extent ? 0 : (size - extent) / stride + 1;
  if (padding == DNN_PADDING_SAME) {
    w->before[axis] = dnn_same_padding (size, extent, stride) / 2;
    w->positions[axis] = (size + stride - 1) / stride;
  } else if (padding == DNN_PADDING_CAUSAL) {
    w->before[axis] = extent - 1;
    w->positions[axis] = (size + stride - 1) / stride;
  }
  if (w->positions[axis] > 0)
    return 0;
  return host->fail (b,
                     "a window of %lld does not fit into the %lld of axis %u",
                     (long long) extent, (long long) size, axis + 1);
}

static inline int32_t
dnn_windows_list (const DnnHost *host, DnnBuild *b, const DnnInts *list,
                  uint32_t rank, const char *name)
{
  if (list == NULL || list->n <= 1 || list->n == rank)
    return 0;
  return host->fail (b, "%s must be 1 or %u numbers, not %lld", name, rank,
                     (long long) list->n);
}

/* Windows over x without their positions: sizes, taps, strides, dilation. */
static inline int32_t
dnn_windows_over (const DnnHost *host, DnnBuild *b, const DnnTensor *x,
                  const DnnInts *taps, const DnnInts *stride,
                  const DnnInts *dilation, DnnWindows *ret)
{
  const uint32_t rank = x->n_dims - 2;
  DnnWindows w = { DNN_END_OF (DnnWindows, before),
                   rank,
                   x->dims[0],
                   dnn_columns (x),
                   1,
                   { 1, 1, 1 },
                   { 1, 1, 1 },
                   { 1, 1, 1 },
                   { 1, 1, 1 },
                   { 1, 1, 1 },
                   { 0, 0, 0 } };
  int32_t status = 0;

  *ret = w;
  if (x->n_dims < 3 || rank > DNN_MAX_AXES)
    return host->fail (b,
                       "its input must have 1 to 3 axes before the channels");
  if ((status = dnn_windows_list (host, b, taps, rank, "the window")) != 0 ||
      (status = dnn_windows_list (host, b, stride, rank, "strides")) != 0 ||
      (status = dnn_windows_list (host, b, dilation, rank, "dilation_rate")) !=
          0)
    return status;
  for (uint32_t i = 0; i < rank; i++) {
    ret->size[i] = x->dims[i + 1];
    ret->taps[i] = dnn_of_axis (taps, i);
    ret->stride[i] = dnn_of_axis (stride, i);
    ret->dilation[i] = dnn_of_axis (dilation, i);
  }
  return 0;
}

/* Windows over x, whose shape build has.  Fails with a sentence that names the
 * axis or the list. */
static inline int32_t
dnn_windows (const DnnHost *host, DnnBuild *b, const DnnTensor *x,
             const DnnInts *taps, const DnnInts *stride,
             const DnnInts *dilation, DnnPadding padding, DnnWindows *ret)
{
  int32_t status = dnn_windows_over (host, b, x, taps, stride, dilation, ret);

  for (uint32_t i = 0; i < ret->rank && status == 0; i++)
    status = dnn_windows_axis (host, b, i, padding, ret);
  return status;
}

/* N x positions x columns. */
static inline DnnShape
dnn_windows_output (const DnnWindows *w, int64_t columns)
{
  DnnShape shape = { w->rank + 2, 0, { w->batch } };

  for (uint32_t i = 0; i < w->rank; i++)
    shape.dims[i + 1] = w->positions[i];
  shape.dims[w->rank + 1] = columns;
  return shape;
}

/* taps x rows x columns: a weight. */
static inline DnnShape
dnn_windows_kernel (const DnnWindows *w, int64_t rows, int64_t columns)
{
  DnnShape shape = { w->rank + 2, 0, { 0 } };

  for (uint32_t i = 0; i < w->rank; i++)
    shape.dims[i] = w->taps[i];
  shape.dims[w->rank] = rows;
  shape.dims[w->rank + 1] = columns;
  return shape;
}

#ifdef __cplusplus
}
#endif
