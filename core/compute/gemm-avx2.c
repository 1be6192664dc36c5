/* gemm-avx2.c - products by AVX2 with FMA, and those of one row */
#if defined(__x86_64__)
#include "dnn-gemm-avx2.h"

/* Elements of B from which OpenBLAS is the faster one. */
enum { LARGE_B = 1 << 18 };

#include "dnn-gemm-kernel.h"
#include "dnn-gemv-kernel.h"

bool
dnn_gemm_takes_avx2 (const DnnGemmKernel *self, const DnnGemmProduct *p)
{
  (void) self;
  return p->k * p->n <= LARGE_B;
}

void
dnn_gemm_by_avx2 (const DnnGemmKernel *self, const DnnGemmProduct *p)
{
  (void) self;
  multiply (p);
}

/* Rows of B lie one after another. */
bool
dnn_gemm_takes_row (const DnnGemmKernel *self, const DnnGemmProduct *p)
{
  (void) self;
  return p->m == 1 && p->b_column == 1;
}

void
dnn_gemm_by_row (const DnnGemmKernel *self, const DnnGemmProduct *p)
{
  (void) self;
  multiply_row (p);
}

/* Columns of B do. */
bool
dnn_gemm_takes_turned_row (const DnnGemmKernel *self, const DnnGemmProduct *p)
{
  (void) self;
  return p->m == 1 && p->a_term == 1 && p->b_term == 1;
}

void
dnn_gemm_by_turned_row (const DnnGemmKernel *self, const DnnGemmProduct *p)
{
  (void) self;
  multiply_turned_row (p);
}
#endif
