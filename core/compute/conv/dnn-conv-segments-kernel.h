/* dnn-conv-segments-kernel.h - products by segments with one set of
 * instructions; the macros are those of dnn-gemm-kernel.h
 */
#include "dnn-gemm-vectors.h"

/* One tile of `rows` rows and `vectors` vectors, constants where this is
 * called; `part`: lanes of the last vector that B is read at. */
TARGET static ALWAYS_INLINE void
sum_segments (const int rows, const int vectors, const int64_t part,
              const DnnSegments *p, const float *A, const Tile *out)
{
  Vector sum[ROWS][2] = { { { 0 } } };
  const int64_t a_row = p->a_row, a_term = p->a_term, b_term = p->b_term;

  for (int64_t s = 0; s < p->n_segments; s++) {
    const float *a[ROWS / BESIDE], *b = p->B + p->b[s];

    UNROLL (4)
    for (int i = 0; i < ROWS / BESIDE; i++)
      a[i] = A + p->a[s] + i * BESIDE * a_row;
    for (int64_t k = p->k; k > 0; k--, b += b_term) {
      Vector terms[2];

      UNROLL (2)
      for (int v = 0; v < vectors; v++)
        terms[v] = load (b + v * LANES, v + 1 < vectors ? LANES : part);
      UNROLL (16)
      for (int i = 0; i < rows; i++) {
        UNROLL (2)
        for (int v = 0; v < vectors; v++)
          sum[i][v] += a[i / BESIDE][i % BESIDE * a_row] * terms[v];
      }
      UNROLL (4)
      for (int i = 0; i < ROWS / BESIDE; i++)
        a[i] += a_term;
    }
  }
  deliver (rows, vectors, out, sum);
}

TARGET static ALWAYS_INLINE void
any_vectors (const int rows, int64_t vectors, bool whole, const DnnSegments *p,
             const float *A, const Tile *out)
{
  if (vectors == 1 && whole)
    sum_segments (rows, 1, LANES, p, A, out);
  else if (vectors == 1)
    sum_segments (rows, 1, out->part, p, A, out);
  else if (whole)
    sum_segments (rows, 2, LANES, p, A, out);
  else
    sum_segments (rows, 2, out->part, p, A, out);
}

/* Picks the tile whose sizes are constants. */
TARGET static void
any_rows (int64_t rows, int64_t vectors, bool whole, const DnnSegments *p,
          const float *A, const Tile *out)
{
#define CASE(n)                                                                \
  case n:                                                                      \
    any_vectors (n, vectors, whole, p, A, out);                                \
    break;

  switch (rows) {
    CASE (1)
    CASE (2)
    CASE (3)
    CASE (4)
    CASE (5)
    CASE (6)
#if ROWS > 6
    CASE (7)
    CASE (8)
    CASE (9)
    CASE (10)
    CASE (11)
    CASE (12)
#endif
  }
#undef CASE
}

TARGET static void
multiply_segments (const DnnSegments *p)
{
  const int64_t n_tiles = (p->m + ROWS - 1) / ROWS;
  const int64_t vectors = (p->n + LANES - 1) / LANES;
  Tile out = { .ldc = p->ldc,
               .alpha = 1,
               .beta = p->beta,
               .bias = p->bias,
               .part = p->n - (vectors - 1) * LANES,
               .c = p->C };
  const bool whole = p->padded || out.part == LANES;
  const float *A = p->A;

  for (int64_t i = 0, rows; i < n_tiles; i++) {
    rows = rows_of_tile (p->m, n_tiles, i);
    any_rows (rows, vectors, whole, p, A, &out);
    A += rows * p->a_row;
    out.c += rows * p->ldc;
  }
}
