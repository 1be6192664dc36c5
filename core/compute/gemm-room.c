/* gemm-room.c - where a thread packs operands, one set for every kernel */
#include "dnn-gemm-private.h"

_Thread_local float dnn_gemm_packed_a[DNN_GEMM_TOGETHER][DNN_GEMM_TILE_OF_A]
    __attribute__ ((aligned (64)));
_Thread_local float
    dnn_gemm_packed_b[DNN_GEMM_BLOCK_TERMS * DNN_GEMM_BLOCK_COLUMNS]
    __attribute__ ((aligned (64)));
