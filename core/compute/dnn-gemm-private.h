/* dnn-gemm-private.h - what the kernels of products see of one another */
#pragma once

#include "dnn-gemm.h"

#define KERNEL(name, simd)                                                     \
  bool dnn_gemm_takes_##name (const DnnGemmKernel *self,                       \
                              const DnnGemmProduct *p);                        \
  void dnn_gemm_by_##name (const DnnGemmKernel *self, const DnnGemmProduct *p);
#include "dnn-gemm-list.h"
#undef KERNEL

/* The first row from `row` on that takes `p`; the last one takes whatever gets
 * there. */
static inline const DnnGemmKernel *
dnn_gemm_first (const DnnGemmKernel *row, const DnnGemmProduct *p)
{
  while (row->simd > p->simd || !row->takes (row, p))
    row++;
  return row;
}

/* Two panels of B, 32 KiB at most each, are in the first cache with a tile of
 * A, and a block of B is in the second. */
enum { DNN_GEMM_BLOCK_TERMS = 256, DNN_GEMM_BLOCK_COLUMNS = 256 };

/* Tiles whose rows of A are packed at once, and floats of one, of 12 rows at
 * most. */
enum { DNN_GEMM_TOGETHER = 4, DNN_GEMM_TILE_OF_A = DNN_GEMM_BLOCK_TERMS * 12 };

/* Room of this thread for packed operands. */
extern _Thread_local float dnn_gemm_packed_a[DNN_GEMM_TOGETHER]
                                            [DNN_GEMM_TILE_OF_A];
extern _Thread_local float
    dnn_gemm_packed_b[DNN_GEMM_BLOCK_TERMS * DNN_GEMM_BLOCK_COLUMNS];
