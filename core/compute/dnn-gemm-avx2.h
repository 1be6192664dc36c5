/* dnn-gemm-avx2.h - what kernels written for any vectors need, for AVX2 with
 * FMA */
#pragma once

#include "dnn-gemm-simd.h"

/* Eight integers from 8 - n on: n of all ones, then zeros. */
static const int32_t ones_then_zeros[16] = { -1, -1, -1, -1, -1, -1, -1, -1 };

#define MASK(n)                                                                \
  _mm256_loadu_si256 ((const __m256i *) (ones_then_zeros + 8 - (n)))
#define TARGET              __attribute__ ((target ("avx2,fma")))
#define LANES               8
#define ROWS                6
#define LOAD_PART(p, n)     _mm256_maskload_ps (p, MASK (n))
#define STORE_PART(p, n, v) _mm256_maskstore_ps (p, MASK (n), v)
#define CHEAP_MASKS         false
