/* dnn-gemm-tile.h - the part of a product that stays in registers
 *
 * A part of dnn-gemm-kernel.h, which says what the macros are.
 */

/* C = alpha A B + beta C of one tile of `rows` rows and `vectors` vectors.
 * Both are constants where this is called, so that the loops over them vanish
 * and the sums stay in registers. */
TARGET static ALWAYS_INLINE void
tile (const int rows, const int vectors, const Tile *t)
{
  Vector sum[ROWS][2] = { { { 0 } } };
  const float *a[ROWS / BESIDE], *b = t->b;
  const int64_t a_row = t->a_row, a_term = t->a_term, b_term = t->b_term;

  UNROLL (4)
  for (int i = 0; i < ROWS / BESIDE; i++)
    a[i] = t->a + i * BESIDE * a_row;
  for (int64_t k = t->k; k > 0; k--, b += b_term) {
    Vector terms[2];

    UNROLL (2)
    for (int v = 0; v < vectors; v++)
      terms[v] = *(const Anywhere *) (b + v * LANES);
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
  deliver (rows, vectors, t, sum);
}

/* Picks the tile whose sizes are constants. */
TARGET static void
any_tile (int64_t rows, int64_t vectors, const Tile *t)
{
#define CASE(n)                                                                \
  case n:                                                                      \
    if (vectors == 1)                                                          \
      tile (n, 1, t);                                                          \
    else                                                                       \
      tile (n, 2, t);                                                          \
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
