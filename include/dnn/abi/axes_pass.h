/* axes_pass.h - a layer that works on rows, over any axes
 *
 * Its forward and backward see one input and one output as rows x columns; the
 * columns are of the axes of a list.  Where those are not the last, numbers go
 * through two tensors of scratch.
 */
#pragma once

#include <dnn/abi/axes.h>
#include <dnn/abi/masks.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef int32_t (*DnnPassBody) (const void *self, const DnnHost *host,
                                DnnPass *pass);

/* Of the layer's build: adds scratch 0 and 1.  0 or failure. */
static inline int32_t
dnn_axes_build (const DnnHost *host, DnnBuild *b, const DnnInts *last)
{
  const DnnShape shape = dnn_shape_of (b->x[0]);
  const char *fault = dnn_axes_fault (&shape, last);

  if (fault != NULL)
    return host->fail (b, "%s: -1 or 1 to %d of this input", fault,
                       (int) shape.n_dims - 1);
  if (dnn_axes_last (&shape, last).moved) {
    host->add_scratch (b, 0, shape);
    host->add_scratch (b, 1, shape);
  }
  return 0;
}

/* Of the layer's build, where y is made row by row, or of real rows: it is real
 * where x is, unless padding lies within a row. */
static inline void
dnn_axes_keep_mask (const DnnHost *host, DnnBuild *b, const DnnInts *last)
{
  const uint32_t n = b->x[0]->n_dims;
  uint32_t first = 0;

  while (first < n && !dnn_ints_have (last, first) &&
         !dnn_ints_have (last, (double) first - n))
    first++;
  if (dnn_masked_axes (b, 0) > 0 && dnn_masked_axes (b, 0) <= first)
    host->set_mask (b, DNN_MASK_OF_X0);
}

/* The tensor as rows; `room` gets its numbers where they must move. */
static inline DnnTensor
dnn_axes_rows (const DnnAxes *axes, const DnnTensor *t, float *room, int read)
{
  DnnTensor rows = *t;

  rows.n_dims = 2;
  rows.dims[0] = dnn_count (t) / axes->columns;
  rows.dims[1] = axes->columns;
  if (axes->moved) {
    rows.data = room;
    if (read)
      dnn_axes_copy (axes, 0, (const float *) t->data, room);
  }
  return rows;
}

static inline int32_t
dnn_axes_forward (const void *self, const DnnHost *host, const DnnPass *pass,
                  const DnnInts *last, DnnPassBody body)
{
  const DnnShape shape = dnn_shape_of (pass->x[0]);
  const DnnAxes axes = dnn_axes_last (&shape, last);
  float *room[2] = { NULL, NULL };
  DnnPass rows = *pass;
  DnnTensor x, y, *out = &y;
  const DnnTensor *in = &x;
  int32_t status;

  for (int i = 0; axes.moved && i < 2; i++)
    room[i] = dnn_f32 (pass->scratch[i]);
  x = dnn_axes_rows (&axes, pass->x[0], room[0], 1);
  y = dnn_axes_rows (&axes, pass->y[0], room[1], 0);
  rows.call.struct_size = DNN_END_OF (DnnPass, scratch);
  rows.x = &in;
  rows.y = &out;
  status = body (self, host, &rows);
  if (axes.moved)
    dnn_axes_copy (&axes, 1, room[1], (float *) pass->y[0]->data);
  return status;
}

/* `body` reads x or y, and may write dx over dy. */
static inline int32_t
dnn_axes_backward (const void *self, const DnnHost *host, const DnnPass *pass,
                   const DnnInts *last, uint32_t reads, DnnPassBody body)
{
  const DnnShape shape = dnn_shape_of (pass->dy[0]);
  const DnnAxes axes = dnn_axes_last (&shape, last);
  const DnnTensor *read = reads == DNN_READS_X ? pass->x[0] : pass->y[0];
  float *room[2] = { NULL, NULL };
  DnnPass rows = *pass;
  DnnTensor kept, dy, dx, *y = &kept, *out = NULL;
  const DnnTensor *x = &kept, *in = &dy;
  int32_t status;

  for (int i = 0; axes.moved && i < 2; i++)
    room[i] = dnn_f32 (pass->scratch[i]);
  kept = dnn_axes_rows (&axes, read, room[0], 1);
  dy = dnn_axes_rows (&axes, pass->dy[0], room[1], 1);
  if (pass->dx[0] != NULL) {
    dx = dnn_axes_rows (&axes, pass->dx[0], room[1], 0);
    out = &dx;
  }
  rows.call.struct_size = DNN_END_OF (DnnPass, scratch);
  rows.x = &x;
  rows.y = &y;
  rows.dy = &in;
  rows.dx = &out;
  status = body (self, host, &rows);
  if (axes.moved && out != NULL)
    dnn_axes_copy (&axes, 1, room[1], (float *) pass->dx[0]->data);
  return status;
}

/* forward and backward of a plugin whose struct S has the list as a member. */
#define DNN_AXES_PASSES(S, list, reads, forward_rows, backward_rows)           \
  static int32_t forward (const void *self, const DnnHost *host,               \
                          DnnPass *pass)                                       \
  {                                                                            \
    return dnn_axes_forward (self, host, pass, &((const S *) self)->list,      \
                             forward_rows);                                    \
  }                                                                            \
  static int32_t backward (const void *self, const DnnHost *host,              \
                           DnnPass *pass)                                      \
  {                                                                            \
    return dnn_axes_backward (self, host, pass, &((const S *) self)->list,     \
                              reads, backward_rows);                           \
  }

#ifdef __cplusplus
}
#endif
