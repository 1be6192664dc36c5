/* dnn-sums.h - sums over the rows of a matrix */
#pragma once

#include "dnn-pool.h"

DNN_BEGIN_DECLS

/* sum[j] = sum of a[i, j] over the rows, or of a[i, j] b[i, j] (`b` NULL:
 * none). Few rows are added in their order; many of them in a fixed number of
 * parts, whose sums are added in theirs: bits follow from the shape. */
void dnn_sum_rows (DnnPool *pool, const float *a, const float *b, int64_t rows,
                   int64_t columns, float *sum);

DNN_END_DECLS
