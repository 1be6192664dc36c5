/* boxes.h - what windows show, one box of a tensor at a time (minor 1)
 *
 * Boxes are windows without dilation, or parts of x: an axis with a stride of 0
 * is parted into as many boxes as it has positions, which overlap by one where
 * its size is no multiple.  What lies outside of x belongs to no box.
 */
#pragma once

#include <dnn/abi/windows.h>

#ifdef __cplusplus
extern "C" {
#endif

/* [frozen] One box, and where it lies. */
typedef struct DnnBox {
  int64_t first[DNN_MAX_AXES];
  int64_t last[DNN_MAX_AXES]; /* behind the box */
  int64_t at[DNN_MAX_AXES];   /* the element that is looked at */
} DnnBox;

static inline int64_t
dnn_boxes (const DnnWindows *w)
{
  return w->positions[0] * w->positions[1] * w->positions[2];
}

/* The box of position number `position` of a sample, at its first element. */
static inline void
dnn_box_start (const DnnWindows *w, int64_t position, DnnBox *box)
{
  for (int axis = DNN_MAX_AXES - 1; axis >= 0; axis--) {
    const int64_t parts = w->positions[axis], i = position % parts;
    const int64_t size = w->size[axis], start = i * w->stride[axis];

    position /= parts;
    if (w->stride[axis] == 0) {
      box->first[axis] = i * size / parts;
      box->last[axis] = ((i + 1) * size + parts - 1) / parts;
    } else {
      dnn_windows_inside (w, (uint32_t) axis, i, &box->first[axis],
                          &box->last[axis]);
      box->first[axis] += start - w->before[axis];
      box->last[axis] += start - w->before[axis];
    }
    box->at[axis] = box->first[axis];
  }
}

/* Where the channels of the element that is looked at begin in a sample. */
static inline int64_t
dnn_box_offset (const DnnWindows *w, const DnnBox *box)
{
  return ((box->at[0] * w->size[1] + box->at[1]) * w->size[2] + box->at[2]) *
         w->channels;
}

/* Goes on to the next element, in row-major order; 0 behind the last. */
static inline int
dnn_box_next (DnnBox *box)
{
  for (int axis = DNN_MAX_AXES - 1; axis >= 0; axis--) {
    if (++box->at[axis] < box->last[axis])
      return 1;
    box->at[axis] = box->first[axis];
  }
  return 0;
}

static inline int64_t
dnn_box_elements (const DnnBox *box)
{
  int64_t n = 1;

  for (int axis = 0; axis < DNN_MAX_AXES; axis++)
    n *= box->last[axis] - box->first[axis];
  return n;
}

#ifdef __cplusplus
}
#endif
