/* dnn-conv-segments.h - a product whose terms lie in several runs of memory
 *
 *   C[i, j] = sum over segments s and k of
 *             A[a_s + i a_row + k a_term] B[b_s + k b_term + j]
 *
 * with i below m and j below n, the columns of one panel at most.  Sums stay in
 * registers over all segments.
 */
#pragma once

#include <stdbool.h>

#include "dnn-simd.h"

typedef struct DnnSegments {
  int64_t n_segments;
  const int64_t *a, *b; /* where each begins */
  int64_t k;            /* terms of each */
  int64_t m, n;
  const float *A;
  int64_t a_row, a_term;
  const float *B;
  int64_t b_term;
  float *C;
  int64_t ldc;
  float beta;        /* 0, or 1: C is added to */
  const float *bias; /* of columns; NULL: none */
  bool padded;       /* B may be read up to a whole panel */
} DnnSegments;

/* Columns of a panel. */
enum { DNN_PANEL_AVX2 = 16, DNN_PANEL_AVX512 = 32 };

void dnn_conv_segments_avx2 (const DnnSegments *p);
void dnn_conv_segments_avx512 (const DnnSegments *p);
