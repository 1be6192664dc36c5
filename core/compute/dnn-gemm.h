/* dnn-gemm.h - products of small matrices, by kernels of our own
 *
 * What a network of a few hundred units multiplies is small: OpenBLAS then
 * spends much of a call on packing, and its kernels are those of the CPU it
 * knew when it was built.  docs/performance.md tells what this gains.
 */
#pragma once

#include <dnn/plugin.h>

#include "dnn-simd.h"

DNN_BEGIN_DECLS

/* Makes one product on this thread, by the kernel for `simd`, and adds `bias`
 * (n numbers, or NULL) to each row.  `batch` and strides are not looked at.
 * Returns false, with nothing done, where there is none: the product is then
 * OpenBLAS'. */
bool dnn_gemm_multiply (const DnnGemm *gemm, const float *bias, DnnSimd simd);

DNN_END_DECLS
