/* dnn-gemm-pack.h - operands put where a tile reads them in a row
 *
 * A part of dnn-gemm-kernel.h, which says what the macros are.
 */

/* Eight rows of eight become eight columns of a panel. */
TARGET static ALWAYS_INLINE void
turn_eight (const float *b, int64_t ldb, float *to)
{
  Eight x[8], y[8];

  UNROLL (8)
  for (int i = 0; i < 8; i++)
    x[i] = *(const EightAnywhere *) (b + i * ldb);
  UNROLL (4)
  for (int i = 0; i < 8; i += 2) { /* pairs */
    y[i] = MIX (x[i], x[i + 1], 0, 8, 2, 10, 4, 12, 6, 14);
    y[i + 1] = MIX (x[i], x[i + 1], 1, 9, 3, 11, 5, 13, 7, 15);
  }
  UNROLL (4)
  for (int i = 0; i < 4; i++) { /* fours: rows 0, 1, 4, 5 with 2, 3, 6, 7 */
    const int j = i + i / 2 * 2;

    x[j] = MIX (y[j], y[j + 2], 0, 1, 8, 9, 4, 5, 12, 13);
    x[j + 2] = MIX (y[j], y[j + 2], 2, 3, 10, 11, 6, 7, 14, 15);
  }
  UNROLL (4)
  for (int i = 0; i < 4; i++) { /* halves */
    *(Eight *) (to + i * PANEL) =
        MIX (x[i], x[i + 4], 0, 1, 2, 3, 8, 9, 10, 11);
    *(Eight *) (to + (i + 4) * PANEL) =
        MIX (x[i], x[i + 4], 4, 5, 6, 7, 12, 13, 14, 15);
  }
}

/* Rows of B that lie one after another: `n` columns of `k` terms. */
TARGET static void
pack_rows (const float *b, int64_t ldb, int64_t k, int64_t n, float *to)
{
  const int64_t part = n > LANES ? n - LANES : n;

  for (int64_t i = 0; i < k; i++, b += ldb, to += PANEL) {
    if (n > LANES)
      *(Vector *) to = load (b, LANES);
    *(Vector *) (to + n - part) = load (b + n - part, part);
  }
}

/* Columns of B that lie one after another.  Lanes beyond them stay as they are:
 * what comes of those is not stored. */
TARGET static void
pack_columns (const float *b, int64_t ldb, int64_t k, int64_t n, float *to)
{
  const int64_t k8 = k / 8 * 8, n8 = n / 8 * 8;

  for (int64_t j = 0; j < n8; j += 8)
    for (int64_t i = 0; i < k8; i += 8)
      turn_eight (b + j * ldb + i, ldb, to + i * PANEL + j);
  for (int64_t j = 0; j < n; j++)
    for (int64_t i = j < n8 ? k8 : 0; i < k; i++)
      to[i * PANEL + j] = b[j * ldb + i];
}

/* Rows of A whose terms lie far apart, so that they lie together: those of up
 * to DNN_GEMM_TOGETHER tiles from number `i` on, since what is near one term of
 * a tile is that of its neighbours. */
TARGET static NOINLINE const float *
pack_tiles (const DnnGemmProduct *p, const float *a, int64_t k, int64_t i)
{
  const int64_t n_tiles = (p->m + ROWS - 1) / ROWS;
  const int64_t n = MIN (n_tiles - i, DNN_GEMM_TOGETHER);

  for (int64_t term = 0; term < k; term++) {
    const float *from = a + term * p->a_term;

    for (int64_t j = 0; j < n; j++) {
      const int64_t rows = rows_of_tile (p->m, n_tiles, i + j);
      float *to = dnn_gemm_packed_a[j] + term * ROWS;

      if (CHEAP_MASKS && p->a_row == 1)
        store (to, rows, load (from, rows));
      else
        for (int64_t r = 0; r < rows; r++)
          to[r] = from[r * p->a_row];
      from += rows * p->a_row;
    }
  }
  return dnn_gemm_packed_a[0];
}

/* True if columns of B are read where they lie. */
static ALWAYS_INLINE bool
stays (bool few, int64_t columns)
{
  return few && columns % LANES == 0;
}

/* Copies a block of B into panels, but for whole ones that so few rows of C
 * use that the copy would cost more than it gains. */
TARGET static NOINLINE const float *
pack_panels (const DnnGemmProduct *p, const float *b, int64_t n, int64_t k,
             bool few)
{
  for (int64_t j = 0; j < n; j += PANEL) {
    const int64_t columns = MIN (n - j, PANEL);

    if (p->b_column != 1)
      pack_columns (b + j * p->b_column, p->b_column, k, columns,
                    dnn_gemm_packed_b + j * k);
    else if (!stays (few, columns))
      pack_rows (b + j, p->b_term, k, columns, dnn_gemm_packed_b + j * k);
  }
  return dnn_gemm_packed_b;
}
