/* dnn-gemm-list.h - the kernels of products, best first
 *
 *   KERNEL (NAME, instructions it needs)
 *
 * A row NAME is dnn_gemm_takes_NAME and dnn_gemm_by_NAME.  This is the only
 * place to add one to: product code, tests and bench/products walk the list.
 */
#if defined(__x86_64__)
KERNEL (narrow, AVX2)
/* One row takes the time of reading B, for which AVX2 is wide enough. */
KERNEL (row, AVX2)
KERNEL (turned_row, AVX2)
KERNEL (avx512, AVX512)
KERNEL (avx2, AVX2)
#endif
KERNEL (openblas, PLAIN)
KERNEL (plain, PLAIN)
