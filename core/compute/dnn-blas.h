/* dnn-blas.h - products on threads
 *
 * OpenBLAS is held to one thread; the pool makes products parallel, by tiles
 * whose borders depend on the product's shape only, so that the bits of a
 * result do not depend on the number of threads.
 */
#pragma once

#include <dnn/plugin.h>

#include "dnn-pool.h"

DNN_BEGIN_DECLS

/* Loads OpenBLAS.  Must be called before the first product; may be called
 * again. DNN_ERROR_IO where it cannot be loaded. */
bool dnn_blas_init (GError **error);

/* One product on this thread, with leading dimensions filled in. */
void dnn_blas_gemm (const DnnGemm *gemm);

/* The same by tiles on the pool. */
void dnn_blas_gemm_tiled (DnnPool *pool, const DnnGemm *gemm);

/* Called for every tile when it is complete: rows row .. row + n_rows - 1,
 * columns column .. column + n_columns - 1 of C. */
typedef void (*DnnTileDone) (void *data, int64_t row, int64_t n_rows,
                             int64_t column, int64_t n_columns,
                             uint32_t worker);

/* gemm_tiled of one product (batch is not looked at), to each row of which
 * `bias` is added (n numbers, or NULL), with `done` (or NULL) run by the worker
 * that made the tile, while it is hot. */
void dnn_blas_gemm_tiles (DnnPool *pool, const DnnGemm *gemm, const float *bias,
                          DnnTileDone done, void *data);

DNN_END_DECLS
