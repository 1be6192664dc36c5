/* dnn-blas.c - products by tiles, each one call of a kernel */
#include "dnn-blas.h"

#include "dnn-gemm.h"

/* Few tiles for a small product, since every tile packs the operand that is
 * shared anew, and more for a large one, so that many threads have something to
 * do.  Sizes in steps of what the kernels do at once. */
#define FLOPS_PER_SMALL_TILE 5e5
#define FLOPS_PER_LARGE_TILE 3e7
enum { FEW_TILES = 4, MANY_TILES = 16, TILE_STEP = 16 };

/* Of one row of C, which takes the time of reading B.  Long runs of memory are
 * what a CPU fetches ahead: where rows of B are short, they are dealt out
 * whole, and others in parts of ROW_STEP. */
#define FLOPS_PER_ROW_TILE 2e5
enum { SHORT_ROW = 1024, ROW_STEP = 256 };

/* Operations that a core does in a nanosecond, about, and those for which it
 * has read what it needs but once: tells what is too small for more than one
 * thread. */
#define SPEED     100.0
#define ROW_SPEED 75.0

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

void
dnn_blas_gemm (const DnnGemm *gemm)
{
  dnn_gemm_multiply (gemm, NULL, dnn_simd ());
}

typedef struct {
  const DnnGemm *gemm;
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
  DnnGemm g = fill_in (tiles->gemm);
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
  dnn_gemm_multiply (&g, bias, dnn_simd ());
  if (tiles->done != NULL)
    tiles->done (tiles->data, row, g.m, column, g.n, worker);
}

/* The only tile. */
static void
whole_product (void *data, int64_t chunk, uint32_t worker)
{
  const Tiles *tiles = data;
  const DnnGemm *g = tiles->gemm;

  (void) chunk;
  dnn_gemm_multiply (g, tiles->bias, dnn_simd ());
  if (tiles->done != NULL)
    tiles->done (tiles->data, 0, g->m, 0, g->n, worker);
}

/* From the shape alone.  A power of two, so that two or four threads get the
 * same share. */
static int64_t
count_tiles (const DnnGemm *g, double flops)
{
  double most;
  int64_t n = 1;

  if (flops < 2 * FLOPS_PER_ROW_TILE)
    return 1;
  most = MAX (MIN (flops / FLOPS_PER_SMALL_TILE, FEW_TILES),
              MIN (flops / FLOPS_PER_LARGE_TILE, MANY_TILES));
  if (g->m == 1)
    most = MIN (flops / FLOPS_PER_ROW_TILE, MANY_TILES);
  while ((double) n * 2 <= most)
    n *= 2;
  return n;
}

/* Sizes of `n_tiles` tiles, or of fewer. */
static void
plan_tiles (Tiles *tiles, int64_t n_tiles)
{
  const DnnGemm *g = tiles->gemm;
  const int64_t size = MAX (g->m, g->n);
  const int64_t unit = g->m == 1 && !g->trans_b ? ROW_STEP : TILE_STEP;

  tiles->by_rows = g->m > g->n;
  tiles->step = (size + n_tiles - 1) / n_tiles;
  if (!tiles->by_rows)
    tiles->step = (tiles->step + unit - 1) / unit * unit;
  tiles->n = (size + tiles->step - 1) / tiles->step;
}

/* Some of the terms of one row: its first ones go to C, with the bias, and the
 * others to sums that are added when all are there. */
typedef struct {
  const Tiles *tiles;
  int64_t n_parts;
  float (*sums)[SHORT_ROW];
} Row;

static void
sum_part (void *data, int64_t chunk, uint32_t worker)
{
  const Row *row = data;
  DnnGemm g = fill_in (row->tiles->gemm);
  const int64_t first = chunk * g.k / row->n_parts;

  (void) worker;
  g.k = (chunk + 1) * g.k / row->n_parts - first;
  g.a += first * (g.trans_a ? g.lda : 1);
  g.b += first * g.ldb;
  if (chunk > 0) {
    g.c = row->sums[chunk - 1];
    g.beta = 0;
  }
  dnn_gemm_multiply (&g, chunk == 0 ? row->tiles->bias : NULL, dnn_simd ());
}

static void
add_parts (void *data, int64_t chunk, uint32_t worker)
{
  const Row *row = data;
  const Tiles *tiles = row->tiles;
  const int64_t n = tiles->gemm->n;

  (void) chunk;
  for (int64_t i = 0; i < row->n_parts - 1; i++)
    for (int64_t j = 0; j < n; j++)
      tiles->gemm->c[j] += row->sums[i][j];
  if (tiles->done != NULL)
    tiles->done (tiles->data, 0, 1, 0, n, worker);
}

/* A job of one chunk knows which worker this thread is. */
static void
run_row (DnnPool *pool, const Tiles *tiles, int64_t n_parts, double work)
{
  static _Thread_local float sums[MANY_TILES - 1][SHORT_ROW]
      __attribute__ ((aligned (64)));
  Row row = { tiles, MIN (n_parts, tiles->gemm->k), sums };

  dnn_pool_run_work (pool, row.n_parts, work, sum_part, &row);
  dnn_pool_run (pool, 1, add_parts, &row);
}

void
dnn_blas_gemm_tiles (DnnPool *pool, const DnnGemm *gemm, const float *bias,
                     DnnTileDone done, void *data)
{
  const double flops =
      2.0 * (double) gemm->m * (double) gemm->n * (double) gemm->k;
  const double work = flops * (gemm->m > 1 ? 1 / SPEED : 1 / ROW_SPEED);
  const int64_t n_tiles = count_tiles (gemm, flops);
  Tiles tiles = { gemm, bias, done, data, 1, 0, false };

  if (gemm->m <= 0 || gemm->n <= 0)
    return;
  if (n_tiles == 1) {
    dnn_pool_run (pool, 1, whole_product, &tiles);
  } else if (gemm->m == 1 && !gemm->trans_b && gemm->n <= SHORT_ROW) {
    run_row (pool, &tiles, n_tiles, work);
  } else {
    plan_tiles (&tiles, n_tiles);
    dnn_pool_run_work (pool, tiles.n, work, one_tile, &tiles);
  }
}

static void
one_of_batch (void *data, int64_t chunk, uint32_t worker)
{
  DnnGemm g = *(const DnnGemm *) data;
  const int64_t batch = MAX (g.batch, 1);
  const int64_t outer = chunk / batch, i = chunk % batch;

  (void) worker;
  g.a += outer * g.outer_a + i * g.stride_a;
  g.b += outer * g.outer_b + i * g.stride_b;
  g.c += outer * g.outer_c + i * g.stride_c;
  dnn_blas_gemm (&g);
}

void
dnn_blas_gemm_tiled (DnnPool *pool, const DnnGemm *gemm)
{
  const int64_t n = MAX (gemm->batch, 1) * MAX (gemm->outer, 1);

  if (n > 1)
    dnn_pool_run (pool, n, one_of_batch, (void *) gemm);
  else
    dnn_blas_gemm_tiles (pool, gemm, NULL, NULL, NULL);
}
