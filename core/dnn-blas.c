/* dnn-blas.c - products by tiles, each one call of a kernel or of OpenBLAS */
#include "dnn-blas.h"

#include "dnn-gemm.h"

#include <cblas.h>

/* Few tiles for a small product, since every tile packs the operand that is
 * shared anew, and more for a large one, so that many threads have something to
 * do.  Sizes in steps of what the kernels do at once. */
#define FLOPS_PER_SMALL_TILE 5e5
#define FLOPS_PER_LARGE_TILE 3e7
enum { FEW_TILES = 4, MANY_TILES = 16, TILE_STEP = 16 };

/* Operations that a core does in a nanosecond, about: tells what is too small
 * for more than one thread. */
#define SPEED 100.0

void
dnn_blas_init (void)
{
  openblas_set_num_threads (1);
}

/* C = beta C, for a product of no terms, which BLAS refuses. */
static void
scale (const DnnGemm *g, int64_t ldc)
{
  for (int64_t i = 0; i < g->m; i++)
    for (int64_t j = 0; j < g->n; j++) {
      float *c = &g->c[i * ldc + j];

      *c = g->beta == 0 ? 0 : g->beta * *c;
    }
}

static void
call_openblas (const DnnGemm *g)
{
  const blasint m = (blasint) g->m, n = (blasint) g->n, k = (blasint) g->k;
  const blasint lda = (blasint) g->lda, ldb = (blasint) g->ldb;

  if (m == 1 && (!g->trans_a || lda == 1))
    /* c = op(B)T a: one row through sgemm packs all of B for nothing. */
    cblas_sgemv (CblasRowMajor, g->trans_b ? CblasNoTrans : CblasTrans,
                 g->trans_b ? n : k, g->trans_b ? k : n, g->alpha, g->b, ldb,
                 g->a, 1, g->beta, g->c, 1);
  else
    cblas_sgemm (CblasRowMajor, g->trans_a ? CblasTrans : CblasNoTrans,
                 g->trans_b ? CblasTrans : CblasNoTrans, m, n, k, g->alpha,
                 g->a, lda, g->b, ldb, g->beta, g->c, (blasint) g->ldc);
}

/* The same product, leading dimensions of 0 filled in. */
static DnnGemm
fill_in (const DnnGemm *gemm)
{
  DnnGemm g = *gemm;

  g.lda = g.lda ? g.lda : g.trans_a ? g.m : g.k;
  g.ldb = g.ldb ? g.ldb : g.trans_b ? g.k : g.n;
  g.ldc = g.ldc ? g.ldc : g.n;
  return g;
}

static void
add_bias (const DnnGemm *g, const float *bias)
{
  for (int64_t i = 0; i < g->m; i++)
    for (int64_t j = 0; j < g->n; j++)
      g->c[i * g->ldc + j] += bias[j];
}

/* One product, and maybe a bias, with leading dimensions filled in. */
static void
multiply (const DnnGemm *g, const float *bias)
{
  if (g->m == 0 || g->n == 0)
    return;
  if (g->k > 0 && g->m > 1 && dnn_gemm_multiply (g, bias, dnn_simd ()))
    return;
  if (g->k == 0)
    scale (g, g->ldc);
  else
    call_openblas (g);
  if (bias != NULL)
    add_bias (g, bias);
}

void
dnn_blas_gemm (const DnnGemm *gemm)
{
  const DnnGemm g = fill_in (gemm);

  multiply (&g, NULL);
}

typedef struct {
  DnnGemm gemm;
  const float *bias; /* may be NULL */
  DnnTileDone done;  /* may be NULL */
  void *data;
  int64_t n;    /* of them */
  int64_t step; /* rows or columns of a tile */
  bool by_rows;
} Tiles;

static void
one_tile (void *data, int64_t chunk, uint32_t worker)
{
  const Tiles *tiles = data;
  const int64_t first = chunk * tiles->step;
  const float *bias = tiles->bias;
  DnnGemm g = tiles->gemm;
  int64_t row = 0, column = 0;

  if (tiles->by_rows) {
    row = first;
    g.m = MIN (tiles->step, g.m - first);
    g.a += first * (g.trans_a ? 1 : g.lda);
    g.c += first * g.ldc;
  } else {
    column = first;
    g.n = MIN (tiles->step, g.n - first);
    g.b += first * (g.trans_b ? g.ldb : 1);
    g.c += first;
    bias = bias != NULL ? bias + first : NULL;
  }
  multiply (&g, bias);
  if (tiles->done != NULL)
    tiles->done (tiles->data, row, g.m, column, g.n, worker);
}

/* Sizes of the tiles, from the shape alone.  Their number is a power of two, so
 * that two or four threads get the same share. */
static void
plan_tiles (Tiles *tiles, double flops)
{
  const DnnGemm *g = &tiles->gemm;
  const int64_t size = MAX (g->m, g->n);
  int64_t n_tiles = 1;

  tiles->by_rows = g->m > g->n;
  tiles->step = size;
  tiles->n = 1;
  if (flops < 2 * FLOPS_PER_SMALL_TILE)
    return;
  while ((double) n_tiles * 2 <=
         MAX (MIN (flops / FLOPS_PER_SMALL_TILE, FEW_TILES),
              MIN (flops / FLOPS_PER_LARGE_TILE, MANY_TILES)))
    n_tiles *= 2;
  tiles->step = (size + n_tiles - 1) / n_tiles;
  if (!tiles->by_rows)
    tiles->step = (tiles->step + TILE_STEP - 1) / TILE_STEP * TILE_STEP;
  tiles->n = (size + tiles->step - 1) / tiles->step;
}

void
dnn_blas_gemm_tiles (DnnPool *pool, const DnnGemm *gemm, const float *bias,
                     DnnTileDone done, void *data)
{
  const double flops =
      2.0 * (double) gemm->m * (double) gemm->n * (double) gemm->k;
  Tiles tiles = { fill_in (gemm), bias, done, data, 0, 0, false };

  if (gemm->m <= 0 || gemm->n <= 0)
    return;
  plan_tiles (&tiles, flops);
  dnn_pool_run_work (pool, tiles.n, flops * (1 / SPEED), one_tile, &tiles);
}

static void
one_of_batch (void *data, int64_t chunk, uint32_t worker)
{
  DnnGemm g = *(const DnnGemm *) data;

  (void) worker;
  g.a += chunk * g.stride_a;
  g.b += chunk * g.stride_b;
  g.c += chunk * g.stride_c;
  dnn_blas_gemm (&g);
}

void
dnn_blas_gemm_tiled (DnnPool *pool, const DnnGemm *gemm)
{
  if (gemm->batch > 1)
    dnn_pool_run (pool, gemm->batch, one_of_batch, (void *) gemm);
  else
    dnn_blas_gemm_tiles (pool, gemm, NULL, NULL, NULL);
}
