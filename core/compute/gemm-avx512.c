/* gemm-avx512.c - products by AVX-512 */
#if defined(__x86_64__)
#include "dnn-gemm-simd.h"

#define MASK(n)             ((__mmask16) ((1u << (n)) - 1))
#define TARGET              __attribute__ ((target ("avx512f,avx2,fma")))
#define LANES               16
#define ROWS                12
#define LOAD_PART(p, n)     _mm512_maskz_loadu_ps (MASK (n), p)
#define STORE_PART(p, n, v) _mm512_mask_storeu_ps (p, MASK (n), v)
#define CHEAP_MASKS         true
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
