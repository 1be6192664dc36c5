/* dnn-gemm.c - picks a kernel
 *
 * The order in which terms are added depends on the shape and the set of
 * instructions only.
 */
#include "dnn-gemm.h"

#include <glib.h>
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>

/* A loop for A's rows one apart is the same instructions again. */
#if !defined(__clang__)
#pragma GCC optimize("no-version-loops-for-strides")
#endif

#define ALWAYS_INLINE inline __attribute__ ((always_inline))
#define NOINLINE      __attribute__ ((noinline))
#define MIX           __builtin_shufflevector
#define TEXT(x)       #x
#if defined(__clang__)
#define UNROLL(n) _Pragma (TEXT (unroll n))
#else
#define UNROLL(n) _Pragma (TEXT (GCC unroll n))
#endif

/* Two panels of B, 32 KiB at most each, are in the first cache with a tile of
 * A, and a block of B is in the second. */
enum { BLOCK_TERMS = 256, BLOCK_COLUMNS = 256 };

/* Floats between two terms of A from which they fall on few lines of a cache,
 * and on a page each. */
enum { FAR_APART = 1024 };

/* Tiles whose rows of A are packed at once. */
enum { TOGETHER = 4 };

/* Tiles one above another from which it pays to pack B. */
enum { FEW_TILES = 6 };

/* Places at which B is read at once where C is one row. */
enum { STREAMS = 8 };

/* A matrix is read as element (i, j) at i row + j column. */
typedef struct {
  int64_t m, n, k;
  const float *a;
  int64_t a_row, a_term;
  const float *b;
  int64_t b_term, b_column;
  float *c;
  int64_t ldc;
  float alpha, beta;
  const float *bias; /* of a row; NULL: none */
} Product;

/* Rows of A that are read from one pointer: as many as there are ways to
 * address them, for there are not enough registers for one each. */
enum { BESIDE = 3 };

/* What stays in registers. */
typedef struct {
  int64_t k; /* terms */
  const float *a;
  int64_t a_row, a_term;
  const float *b;
  int64_t b_term;
  float *c;
  int64_t ldc;
  float alpha, beta;
  const float *bias; /* of its columns; NULL: none, or not yet */
  int64_t part;      /* columns of the last vector */
} Tile;

typedef float Eight __attribute__ ((vector_size (32)));
typedef float EightAnywhere
    __attribute__ ((vector_size (32), aligned (4), may_alias));

/* Floats of a packed tile, of 12 rows at most. */
enum { TILE_OF_A = BLOCK_TERMS * 12 };

static _Thread_local float packed_a[TOGETHER][TILE_OF_A]
    __attribute__ ((aligned (64)));
static _Thread_local float packed_b[BLOCK_TERMS * BLOCK_COLUMNS]
    __attribute__ ((aligned (64)));

/* Rows of tile `i`, where m rows are shared by so many. */
static inline int64_t
rows_of_tile (int64_t m, int64_t n_tiles, int64_t i)
{
  return m / n_tiles + (i < m % n_tiles);
}

/* --- AVX2 ---------------------------------------------------------------- */

/* Eight integers from 8 - n on: n of all ones, then zeros. */
static const int32_t ones_then_zeros[16] = { -1, -1, -1, -1, -1, -1, -1, -1 };

#define MASK(n)                                                                \
  _mm256_loadu_si256 ((const __m256i *) (ones_then_zeros + 8 - (n)))
#define SIMD(name)          name##_avx2
#define TARGET              __attribute__ ((target ("avx2,fma")))
#define LANES               8
#define ROWS                6
#define LOAD_PART(p, n)     _mm256_maskload_ps (p, MASK (n))
#define STORE_PART(p, n, v) _mm256_maskstore_ps (p, MASK (n), v)
#define CHEAP_MASKS         false
#include "dnn-gemm-kernel.h"
#include "dnn-gemv-kernel.h"
#undef VECTOR
#undef ANYWHERE
#undef PANEL
#undef MASK
#undef SIMD
#undef TARGET
#undef LANES
#undef ROWS
#undef LOAD_PART
#undef STORE_PART
#undef CHEAP_MASKS

/* --- AVX-512 ------------------------------------------------------------- */

#define MASK(n)             ((__mmask16) ((1u << (n)) - 1))
#define SIMD(name)          name##_avx512
#define TARGET              __attribute__ ((target ("avx512f,avx2,fma")))
#define LANES               16
#define ROWS                12
#define LOAD_PART(p, n)     _mm512_maskz_loadu_ps (MASK (n), p)
#define STORE_PART(p, n, v) _mm512_mask_storeu_ps (p, MASK (n), v)
#define CHEAP_MASKS         true
#include "dnn-gemm-kernel.h"

/* --- choice -------------------------------------------------------------- */

/* Elements of B from which OpenBLAS is the faster one on AVX2. */
enum { LARGE_B = 1 << 18 };

typedef void (*Kernel) (const Product *p);

/* NULL: OpenBLAS.  One row takes the time of reading B, for which vectors of
 * AVX2 are wide enough. */
static Kernel
find_kernel (const Product *p, DnnSimd simd)
{
  if (simd == DNN_SIMD_PLAIN)
    return NULL;
  if (p->m == 1 && p->b_column == 1)
    return multiply_row_avx2;
  if (p->m == 1 && p->a_term == 1)
    return multiply_turned_row_avx2;
  if (simd == DNN_SIMD_AVX512)
    return multiply_avx512;
  return p->k * p->n <= LARGE_B ? multiply_avx2 : NULL;
}

/* Columns of C that would leave most of a vector idle, and rows that are
 * turned at once. */
enum { NARROW = 4, TURNED = 256 };

static bool
is_narrow (const Product *p)
{
  return p->n <= NARROW && p->m >= 2 * NARROW && p->a_row == 1;
}

/* C = `turned` transposed + beta C + bias, for rows of C. */
static void
turn_back (const float *turned, int64_t rows, const Product *p, float *c)
{
  for (int64_t i = 0; i < rows; i++, c += p->ldc)
    for (int64_t j = 0; j < p->n; j++) {
      const float sum = turned[j * TURNED + i];
      const float bias = p->bias != NULL ? p->bias[j] : 0;

      c[j] = (p->beta != 0 ? p->beta * c[j] : 0) + (sum + bias);
    }
}

/* Cᵀ = alpha op(B)ᵀ op(A)ᵀ, whose rows are long.  False: OpenBLAS's. */
static bool
multiply_narrow (const Product *p, DnnSimd simd)
{
  float turned[NARROW * TURNED];
  Product t = { .m = p->n,
                .k = p->k,
                .a = p->b,
                .a_row = p->b_column,
                .a_term = p->b_term,
                .b_term = p->a_term,
                .b_column = p->a_row,
                .c = turned,
                .ldc = TURNED,
                .alpha = p->alpha };
  Kernel kernel;

  for (int64_t row = 0; row < p->m; row += t.n) {
    t.n = MIN (p->m - row, TURNED);
    t.b = p->a + row * p->a_row;
    kernel = find_kernel (&t, simd);
    if (kernel == NULL)
      return false;
    kernel (&t);
    turn_back (turned, t.n, p, p->c + row * p->ldc);
  }
  return true;
}

bool
dnn_gemm_multiply (const DnnGemm *g, const float *bias, DnnSimd simd)
{
  const int64_t lda = g->lda ? g->lda : g->trans_a ? g->m : g->k;
  const int64_t ldb = g->ldb ? g->ldb : g->trans_b ? g->k : g->n;
  const Product p = {
    .m = g->m,
    .n = g->n,
    .k = g->k,
    .a = g->a,
    .a_row = g->trans_a ? 1 : lda,
    .a_term = g->trans_a ? lda : 1,
    .b = g->b,
    .b_term = g->trans_b ? 1 : ldb,
    .b_column = g->trans_b ? ldb : 1,
    .c = g->c,
    .ldc = g->ldc ? g->ldc : g->n,
    .alpha = g->alpha,
    .beta = g->beta,
    .bias = bias,
  };
  const Kernel kernel = find_kernel (&p, simd);

  if (kernel == NULL)
    return false;
  if (is_narrow (&p) && multiply_narrow (&p, simd))
    return true;
  kernel (&p);
  return true;
}
#else
bool
dnn_gemm_multiply (const DnnGemm *gemm, const float *bias, DnnSimd simd)
{
  (void) gemm;
  (void) bias;
  (void) simd;
  return false;
}
#endif
