/* dnn-gemm.h - one product on one thread, and the list of those who can make it
 *
 * A product is made by the first row of the list whose instructions the CPU
 * has and that takes its shape.  The order in which terms are added follows
 * from the shape and the row alone.  The last row takes every product, by three
 * loops: what the others are held to.
 *
 * A network of a few hundred units multiplies small matrices: OpenBLAS then
 * spends much of a call on packing, and its kernels are those of the CPU it
 * knew when it was built.  docs/performance.md has the figures.
 */
#pragma once

#include <dnn/plugin.h>

#include "dnn-simd.h"

DNN_BEGIN_DECLS

/* C = alpha A B + beta C + bias.  A matrix is read as element (i, j) at i row +
 * j column. */
typedef struct DnnGemmProduct {
  int64_t m, n, k;
  const float *a;
  int64_t a_row, a_term;
  const float *b;
  int64_t b_term, b_column;
  float *c;
  int64_t ldc;
  float alpha, beta;
  const float *bias; /* n numbers, added to each row; NULL: none */
  DnnSimd simd;      /* instructions that may be used */
  bool trans_a, trans_b;
} DnnGemmProduct;

/* A row of the list. */
typedef struct DnnGemmKernel {
  const char *name;
  DnnSimd simd; /* instructions it needs */
  /* If it can make this product; k is above 0.  `self` is the row, so that a
   * kernel may hand parts to those below it. */
  bool (*takes) (const struct DnnGemmKernel *self, const DnnGemmProduct *p);
  void (*multiply) (const struct DnnGemmKernel *self, const DnnGemmProduct *p);
} DnnGemmKernel;

/* The list, best first. */
const DnnGemmKernel *dnn_gemm_kernels (size_t *ret_n);

/* A product as it is asked for; leading dimensions of 0 are filled in, and
 * `batch`, `outer` and their strides are not read. */
DnnGemmProduct dnn_gemm_product (const DnnGemm *gemm, const float *bias,
                                 DnnSimd simd);

/* Makes the product on this thread, by the first row that takes it. */
void dnn_gemm_multiply (const DnnGemm *gemm, const float *bias, DnnSimd simd);

DNN_END_DECLS
