/* gemm-avx512.c - products by AVX-512 */
#if defined(__x86_64__)
#include "dnn-gemm-avx512.h"

#include "dnn-gemm-kernel.h"

bool
dnn_gemm_takes_avx512 (const DnnGemmKernel *self, const DnnGemmProduct *p)
{
  (void) self;
  (void) p;
  return true;
}

void
dnn_gemm_by_avx512 (const DnnGemmKernel *self, const DnnGemmProduct *p)
{
  (void) self;
  multiply (p);
}
#endif
