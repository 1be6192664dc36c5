/* dnn-gemm-kernel.h - products of matrices with one set of instructions
 *
 * Included by gemm-avx2.c and gemm-avx512.c, with
 *
 *   TARGET                the attribute that compiles a function for the set
 *   LANES                 floats of a vector
 *   ROWS                  most rows of C that are held in registers
 *   LOAD_PART(p, n)       the first n lanes from p, the others 0
 *   STORE_PART(p, n, v)   the first n lanes of v to p
 *   CHEAP_MASKS           whether such a load costs no more than a whole one
 *
 * C is made in tiles of up to ROWS x 2 vectors that stay in registers over a
 * block of terms.  B comes in panels two vectors wide, packed one after
 * another, so that a tile reads memory in a row; A is read where it is, an
 * element at a time, unless its terms lie far apart.  (Goto and van de Geijn,
 * "Anatomy of High-Performance Matrix Multiplication", 2008.)
 */

#include "dnn-gemm-vectors.h"

#include "dnn-gemm-pack.h"
#include "dnn-gemm-tile.h"

/* All rows of C, `n` columns from `column`, `t->k` terms from `first`. */
TARGET static void
block (const DnnGemmProduct *p, int64_t column, int64_t n, int64_t first,
       Tile *t)
{
  const int64_t n_rows = (p->m + ROWS - 1) / ROWS;
  const bool few = n_rows <= FEW_TILES && p->b_column == 1;
  const float *a = p->a + first * p->a_term;
  const float *b = p->b + first * p->b_term + column * p->b_column;
  const bool last = first + t->k == p->k;
  const float *bias = last && p->bias != NULL ? p->bias + column : NULL;
  const float *panels =
      stays (few, n) ? NULL : pack_panels (p, b, n, t->k, few);
  const float *tiles = NULL;

  for (int64_t i = 0, row = 0, rows; i < n_rows; i++, row += rows) {
    rows = rows_of_tile (p->m, n_rows, i);
    t->a = a + row * p->a_row;
    t->a_row = p->a_row;
    t->a_term = p->a_term;
    if (p->a_term >= FAR_APART) {
      if (i % DNN_GEMM_TOGETHER == 0)
        tiles = pack_tiles (p, t->a, t->k, i);
      t->a = tiles + i % DNN_GEMM_TOGETHER * DNN_GEMM_TILE_OF_A;
      t->a_row = 1;
      t->a_term = ROWS;
    }
    for (int64_t j = 0; j < n; j += PANEL) {
      const int64_t columns = MIN (n - j, PANEL);
      const int64_t vectors = (columns + LANES - 1) / LANES;
      const bool in_place = stays (few, columns);

      t->b = in_place ? b + j : panels + j * t->k;
      t->b_term = in_place ? p->b_term : PANEL;
      t->c = p->c + row * p->ldc + column + j;
      t->bias = bias != NULL ? bias + j : NULL;
      t->part = columns - (vectors - 1) * LANES;
      any_tile (rows, vectors, t);
    }
  }
}

TARGET static void
multiply (const DnnGemmProduct *p)
{
  const int64_t n_blocks =
      (p->k + DNN_GEMM_BLOCK_TERMS - 1) / DNN_GEMM_BLOCK_TERMS;
  Tile t = { .ldc = p->ldc, .alpha = p->alpha };

  for (int64_t j = 0; j < p->n; j += DNN_GEMM_BLOCK_COLUMNS)
    for (int64_t i = 0, first = 0; i < n_blocks; i++, first += t.k) {
      t.k = i + 1 < n_blocks ? (i + 1) * p->k / n_blocks - first : p->k - first;
      t.beta = i == 0 ? p->beta : 1;
      block (p, j, MIN (p->n - j, DNN_GEMM_BLOCK_COLUMNS), first, &t);
    }
}
