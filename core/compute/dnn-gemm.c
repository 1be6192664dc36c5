/* dnn-gemm.c - picks a kernel */
#include "dnn-gemm-private.h"

#include <glib.h>

static const DnnGemmKernel kernels[] = {
#define KERNEL(name, simd)                                                     \
  { #name, DNN_SIMD_##simd, dnn_gemm_takes_##name, dnn_gemm_by_##name },
#include "dnn-gemm-list.h"
#undef KERNEL
};

const DnnGemmKernel *
dnn_gemm_kernels (size_t *ret_n)
{
  *ret_n = G_N_ELEMENTS (kernels);
  return kernels;
}

DnnGemmProduct
dnn_gemm_product (const DnnGemm *g, const float *bias, DnnSimd simd)
{
  const int64_t lda = g->lda ? g->lda : g->trans_a ? g->m : g->k;
  const int64_t ldb = g->ldb ? g->ldb : g->trans_b ? g->k : g->n;

  return (DnnGemmProduct){
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
  const DnnGemmProduct p = dnn_gemm_product (gemm, bias, simd);
  const DnnGemmKernel *last = &kernels[G_N_ELEMENTS (kernels) - 1];
  const DnnGemmKernel *kernel = p.k > 0 ? dnn_gemm_first (kernels, &p) : last;

  if (p.m > 0 && p.n > 0)
    kernel->multiply (kernel, &p);
}
