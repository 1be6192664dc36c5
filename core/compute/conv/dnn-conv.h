/* dnn-conv.h - products of windows with a matrix, and the list of those who can
 * make them
 *
 *   forward    y  = A W + b
 *   back       x  = d Wᵀ, each row added where its window lay, + b
 *   gradient   dW = Aᵀ d
 *
 * by groups: group g has channels and filters number g of as many equal parts.
 * A is never there as a whole.  A call is made by the first row of the list
 * whose instructions may be used and that takes the windows; the last one takes
 * all, by loops that follow the definition.
 *
 * Bits depend on the shape and the instructions: sums over the positions of a
 * batch are made in a fixed number of parts, added in their order.
 */
#pragma once

#include <dnn/abi/windows.h>

#include "dnn-blas.h"
#include "dnn-simd.h"

DNN_BEGIN_DECLS

/* Windows made ready.  x: N x size x channels, y: N x positions x filters,
 * W: taps x channels / groups x filters. */
typedef struct DnnConv {
  DnnWindows windows;
  int64_t filters;
  int64_t group_channels, group_filters;
  int64_t n_taps, n_positions, n_pixels; /* of a window, and of a sample */
  int64_t row;                           /* numbers of a row of A of a group */
  DnnSimd simd;                          /* instructions that may be used */
  const struct DnnConvKernel *kernel;
} DnnConv;

/* Tensors of a call. */
typedef struct DnnConvCall {
  const float *x, *W, *b, *d; /* b: NULL if there is none */
  float *y;                   /* forward: y; back: x; gradient: dW */
  /* Forward: called for each part of y when it is complete; or NULL. */
  DnnTileDone done;
  void *data;
  /* Room of each worker, and of all together: the numbers that the kernel asks
   * for, or more. */
  float *workers;
  int64_t worker_stride;
  float *shared;
} DnnConvCall;

/* A row of the list. */
typedef struct DnnConvKernel {
  const char *name;
  DnnSimd simd; /* instructions it needs */
  bool (*takes) (const DnnConv *self);
  /* Numbers of room that any of the three calls may use: of each worker, and
   * of all together. */
  int64_t (*worker_room) (const DnnConv *self);
  int64_t (*shared_room) (const DnnConv *self);
  void (*forward) (const DnnConv *self, DnnPool *pool, const DnnConvCall *call);
  void (*back) (const DnnConv *self, DnnPool *pool, const DnnConvCall *call);
  void (*gradient) (const DnnConv *self, DnnPool *pool,
                    const DnnConvCall *call);
} DnnConvKernel;

/* The list, best first. */
const DnnConvKernel *const *dnn_conv_kernels (size_t *ret_n);

/* Picks the kernel: the last one if DNN_CONV is "plain". */
void dnn_conv_init (DnnConv *self, const DnnWindows *windows, int64_t filters,
                    DnnSimd simd);

void dnn_conv_forward (const DnnConv *self, DnnPool *pool,
                       const DnnConvCall *call);
void dnn_conv_back (const DnnConv *self, DnnPool *pool,
                    const DnnConvCall *call);
void dnn_conv_gradient (const DnnConv *self, DnnPool *pool,
                        const DnnConvCall *call);

/* Rows first .. first + n - 1 of A of one group, packed. */
void dnn_conv_pack (const DnnConv *self, int64_t group, const float *x,
                    int64_t first, int64_t n, float *rows);
/* Adds packed rows to x, each where its window lay. */
void dnn_conv_scatter (const DnnConv *self, int64_t group, const float *rows,
                       int64_t first, int64_t n, float *x);

DNN_END_DECLS
