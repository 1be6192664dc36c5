/* conv-segments-avx2.c - products by segments, by AVX2 with FMA */
#if defined(__x86_64__)
#include "dnn-conv-segments.h"
#include "dnn-gemm-avx2.h"

#include "dnn-conv-segments-kernel.h"

void
dnn_conv_segments_avx2 (const DnnSegments *p)
{
  multiply_segments (p);
}
#endif
