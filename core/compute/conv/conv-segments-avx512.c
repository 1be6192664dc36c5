/* conv-segments-avx512.c - products by segments, by AVX-512 */
#if defined(__x86_64__)
#include "dnn-conv-segments.h"
#include "dnn-gemm-avx512.h"

#include "dnn-conv-segments-kernel.h"

void
dnn_conv_segments_avx512 (const DnnSegments *p)
{
  multiply_segments (p);
}
#endif
