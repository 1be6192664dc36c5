/* axes.h - a tensor with its axes in another order
 *
 * What is written for rows works over any axes once those stand last.
 */
#pragma once

#include <dnn/abi/param.h>

#ifdef __cplusplus
extern "C" {
#endif

/* [frozen] Sizes of the axes in the new order, and how far apart in the tensor
 * are neighbours on each. */
typedef struct DnnAxes {
  uint32_t n;
  uint32_t moved; /* 1: the order is another one than the tensor's */
  int64_t size[DNN_MAX_DIMS];
  int64_t stride[DNN_MAX_DIMS];
  int64_t columns; /* product of the sizes that were wanted last */
} DnnAxes;

/* Axis number i of the new order is order[i] of the tensor. */
static inline DnnAxes
dnn_axes_order (const DnnShape *shape, const uint32_t *order)
{
  DnnAxes axes;

  axes.n = shape->n_dims;
  axes.moved = 0;
  axes.columns = 1;
  for (uint32_t i = 0; i < axes.n; i++) {
    axes.size[i] = shape->dims[order[i]];
    axes.stride[i] = 1;
    for (uint32_t k = order[i] + 1; k < axes.n; k++)
      axes.stride[i] *= shape->dims[k];
    axes.moved |= order[i] != i;
  }
  return axes;
}

/* Those of `last`, which may be negative, behind the others, each in the order
 * of the tensor. */
static inline DnnAxes
dnn_axes_last (const DnnShape *shape, const DnnInts *last)
{
  uint32_t order[DNN_MAX_DIMS], n = 0;
  int64_t columns = 1;
  DnnAxes axes;

  for (int pass = 0; pass < 2; pass++)
    for (uint32_t k = 0; k < shape->n_dims; k++) {
      const int64_t back = (int64_t) k - shape->n_dims;

      if ((dnn_ints_have (last, k) || dnn_ints_have (last, (double) back)) !=
          pass)
        continue;
      columns *= pass == 1 ? shape->dims[k] : 1;
      order[n++] = k;
    }
  axes = dnn_axes_order (shape, order);
  axes.columns = columns;
  return axes;
}

/* The sizes of those of `last`, in the order of the tensor. */
static inline DnnShape
dnn_axes_shape (const DnnShape *shape, const DnnInts *last)
{
  const DnnAxes axes = dnn_axes_last (shape, last);
  DnnShape part = *shape;

  part.n_dims = (uint32_t) last->n;
  for (uint32_t i = 0; i < part.n_dims; i++)
    part.dims[i] = axes.size[axes.n - part.n_dims + i];
  return part;
}

/* NULL where `last` names axes behind the batch, each once; else what is wrong
 * with it. */
static inline const char *
dnn_axes_fault (const DnnShape *shape, const DnnInts *last)
{
  const int64_t n = shape->n_dims;

  for (int64_t i = 0; i < last->n; i++) {
    const int64_t k = last->at[i] + (last->at[i] < 0 ? n : 0);

    if (k < 1 || k >= n)
      return "axis must be one behind the batch";
    for (int64_t j = 0; j < i; j++)
      if (last->at[j] + (last->at[j] < 0 ? n : 0) == k)
        return "axis must be named once";
  }
  return last->n == 0 ? "there must be an axis" : NULL;
}

/* Copies a tensor into the new order, or back from it. */
static inline void
dnn_axes_copy (const DnnAxes *axes, int back, const float *from, float *to)
{
  int64_t at[DNN_MAX_DIMS] = { 0 }, place = 0, count = 1;

  for (uint32_t k = 0; k < axes->n; k++)
    count *= axes->size[k];
  for (int64_t i = 0; i < count; i++) {
    to[back ? place : i] = from[back ? i : place];
    for (uint32_t k = axes->n; k-- > 0;) {
      place += axes->stride[k];
      if (++at[k] < axes->size[k])
        break;
      place -= axes->stride[k] * axes->size[k];
      at[k] = 0;
    }
  }
}

#ifdef __cplusplus
}
#endif
