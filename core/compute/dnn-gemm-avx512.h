/* dnn-gemm-avx512.h - what kernels written for any vectors need, for AVX-512 */
#pragma once

#include "dnn-gemm-simd.h"

#define MASK(n)             ((__mmask16) ((1u << (n)) - 1))
#define TARGET              __attribute__ ((target ("avx512f,avx2,fma")))
#define LANES               16
#define ROWS                12
#define LOAD_PART(p, n)     _mm512_maskz_loadu_ps (MASK (n), p)
#define STORE_PART(p, n, v) _mm512_mask_storeu_ps (p, MASK (n), v)
#define CHEAP_MASKS         true
