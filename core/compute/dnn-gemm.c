/* dnn-gemm.c - picks a kernel */
#include "dnn-gemm-private.h"

#include <glib.h>

_Thread_local float dnn_gemm_packed_a[DNN_GEMM_TOGETHER][DNN_GEMM_TILE_OF_A]
    __attribute__ ((aligned (64)));
_Thread_local float
    dnn_gemm_packed_b[DNN_GEMM_BLOCK_TERMS * DNN_GEMM_BLOCK_COLUMNS]
    __attribute__ ((aligned (64)));

static const DnnGemmKernel kernels[] = {
#define KERNEL(name, simd)                                                     \
  { #name, DNN_SIMD_##simd, dnn_gemm_takes_##name, dnn_gemm_by_##name },
#include "dnn-gemm-list.h"
#undef KERNEL
};

/* Rows of the list: `narrow` is tried first, and stands on the others. */
enum {
#define KERNEL(name, simd) ROW_##name,
#include "dnn-gemm-list.h"
#undef KERNEL
  N_ROWS
};

const DnnGemmKernel *
dnn_gemm_kernels (size_t *ret_n)
{
  *ret_n = N_ROWS;
  return kernels;
}

/* The first from row `first` on; the last one takes whatever gets there. */
static const DnnGemmKernel *
find_from (const DnnProduct *p, size_t first)
{
  const DnnGemmKernel *kernel = &kernels[first];

  if (p->k == 0)
    return &kernels[N_ROWS - 1];
  while (kernel->simd > p->simd || !kernel->takes (p))
    kernel++;
  return kernel;
}

DnnProduct
dnn_gemm_product (const DnnGemm *g, const float *bias, DnnSimd simd)
{
  const int64_t lda = g->lda ? g->lda : g->trans_a ? g->m : g->k;
  const int64_t ldb = g->ldb ? g->ldb : g->trans_b ? g->k : g->n;

  return (DnnProduct){
    .m = g->m,
    .n = g->n,
    .k = g->k,
    .a = g->a,
    .a_row = g->trans_a ? 1 : lda,
    .a_term = g->trans_a ? lda : 1,
    .b = g->b,
    .b_term = g->trans_b ? 1 : ldb,
    .b_column = g->trans_b ? ldb : 1,
    .c = g->c,
    .ldc = g->ldc ? g->ldc : g->n,
    .alpha = g->alpha,
    .beta = g->beta,
    .bias = bias,
    .simd = simd,
    .trans_a = g->trans_a,
    .trans_b = g->trans_b,
  };
}

void
dnn_gemm_multiply (const DnnGemm *gemm, const float *bias, DnnSimd simd)
{
  const DnnProduct p = dnn_gemm_product (gemm, bias, simd);

  if (p.m > 0 && p.n > 0)
    find_from (&p, 0)->multiply (&p);
}

/* --- narrow: few columns of C, as rows ----------------------------------- */

#if defined(__x86_64__)
const DnnGemmKernel *
dnn_gemm_find_wide (const DnnProduct *p)
{
  return find_from (p, ROW_narrow + 1);
}

bool
dnn_gemm_is_own (const DnnGemmKernel *kernel)
{
  return kernel < &kernels[ROW_openblas];
}
#endif
