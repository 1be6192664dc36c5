/* conv-pointwise.c - windows of one tap that leave nothing out
 *
 * Rows of x are the rows of A: all is products of matrices as they lie.
 */
#include "dnn-conv-private.h"

static bool
takes (const DnnConv *self)
{
  const DnnWindows *w = &self->windows;

  if (w->groups != 1 || self->n_taps != 1)
    return false;
  for (int i = 0; i < DNN_MAX_AXES; i++)
    if (w->stride[i] != 1 || w->before[i] != 0 || w->positions[i] != w->size[i])
      return false;
  return true;
}

static int64_t
no_room (const DnnConv *self)
{
  (void) self;
  return 0;
}

static void
forward (const DnnConv *self, DnnPool *pool, const DnnConvCall *call)
{
  const DnnGemm gemm = {
    DNN_GEMM (0, 0),    .m = self->windows.batch * self->n_positions,
    .n = self->filters, .k = self->row,
    .alpha = 1,         .a = call->x,
    .b = call->W,       .c = call->y,
  };

  dnn_blas_gemm_tiles (pool, &gemm, call->b, call->done, call->data);
}

static void
back (const DnnConv *self, DnnPool *pool, const DnnConvCall *call)
{
  const DnnGemm gemm = {
    DNN_GEMM (0, 1), .m = self->windows.batch * self->n_positions,
    .n = self->row,  .k = self->filters,
    .alpha = 1,      .a = call->d,
    .b = call->W,    .c = call->y,
  };

  dnn_blas_gemm_tiles (pool, &gemm, call->b, call->done, call->data);
}

static void
gradient (const DnnConv *self, DnnPool *pool, const DnnConvCall *call)
{
  const DnnGemm gemm = {
    DNN_GEMM (1, 0),    .m = self->row,
    .n = self->filters, .k = self->windows.batch * self->n_positions,
    .alpha = 1,         .a = call->x,
    .b = call->d,       .c = call->y,
  };

  dnn_blas_gemm_tiles (pool, &gemm, NULL, call->done, call->data);
}

const DnnConvKernel dnn_conv_by_pointwise = {
  "pointwise", DNN_SIMD_PLAIN, takes, no_room, no_room, forward, back, gradient,
};
