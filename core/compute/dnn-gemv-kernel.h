/* dnn-gemv-kernel.h - one row times a matrix, with one set of instructions
 *
 * Included after dnn-gemm-kernel.h, which says what the macros are.
 *
 * Every element of B is used once, so that memory decides, and B is read where
 * it is.  What a CPU fetches ahead best is a few long runs: STREAMS rows of B
 * that lie a part of the matrix apart are read side by side, each going on
 * where it ended the time before, and all of them are added to the row of C,
 * which stays in the first cache.
 */

/* C = beta C + Σ xᵢ bᵢ, `n` lanes at `c` and at `b` + i `step`. */
TARGET static ALWAYS_INLINE void
add_vectors (const int rows, const Vector *x, const float *b, int64_t step,
             int64_t n, float beta, float *c)
{
  Vector sum = { 0 };

  if (beta != 0)
    sum = beta * load (c, n);
  UNROLL (8)
  for (int i = 0; i < rows; i++)
    sum += x[i] * load (b + i * step, n);
  store (c, n, sum);
}

/* C = beta C + the terms first, first + apart, ..., as many as `rows`, which
 * is a constant where this is called. */
TARGET static ALWAYS_INLINE void
add_terms (const int rows, const DnnGemmProduct *p, int64_t first,
           int64_t apart, float beta)
{
  const int64_t step = apart * p->b_term, whole = p->n / LANES * LANES;
  const float *b = p->b + first * p->b_term;
  Vector x[STREAMS];

  UNROLL (8)
  for (int i = 0; i < rows; i++)
    x[i] = (Vector){ 0 } + p->alpha * p->a[(first + i * apart) * p->a_term];
  for (int64_t j = 0; j < whole; j += LANES)
    add_vectors (rows, x, b + j, step, LANES, beta, p->c + j);
  if (whole < p->n)
    add_vectors (rows, x, b + whole, step, p->n - whole, beta, p->c + whole);
}

TARGET static void
add_bias (const DnnGemmProduct *p)
{
  for (int64_t j = 0; j < p->n && p->bias != NULL; j++)
    p->c[j] += p->bias[j];
}

/* Rows of B that lie one after another. */
TARGET static void
multiply_row (const DnnGemmProduct *p)
{
  const int64_t apart = p->k / STREAMS;
  float beta = p->beta;

  for (int64_t i = 0; i < apart; i++, beta = 1)
    add_terms (STREAMS, p, i, apart, beta);
  for (int64_t i = apart * STREAMS; i < p->k; i++, beta = 1)
    add_terms (1, p, i, 0, beta);
  add_bias (p);
}

/* Elements first, first + apart, ... of C, as many as `columns`, which is a
 * constant where this is called. */
TARGET static ALWAYS_INLINE void
add_columns (const int columns, const DnnGemmProduct *p, int64_t first,
             int64_t apart)
{
  const int64_t step = apart * p->b_column, whole = p->k / LANES * LANES;
  const float *b = p->b + first * p->b_column;
  Vector sum[STREAMS] = { { 0 } };

  for (int64_t i = 0; i < whole; i += LANES) {
    UNROLL (8)
    for (int j = 0; j < columns; j++)
      sum[j] += *(const Anywhere *) (p->a + i) *
                *(const Anywhere *) (b + j * step + i);
  }
  for (int j = 0; j < columns; j++) {
    float *c = p->c + first + j * apart, total = 0;

    if (whole < p->k)
      sum[j] += load (p->a + whole, p->k - whole) *
                load (b + j * step + whole, p->k - whole);
    for (int i = 0; i < LANES; i++)
      total += sum[j][i];
    *c = p->alpha * total + (p->beta != 0 ? p->beta * *c : 0);
  }
}

/* Columns of B that lie one after another; the row's terms do so, too. */
TARGET static void
multiply_turned_row (const DnnGemmProduct *p)
{
  const int64_t apart = p->n / STREAMS;

  for (int64_t j = 0; j < apart; j++)
    add_columns (STREAMS, p, j, apart);
  for (int64_t j = apart * STREAMS; j < p->n; j++)
    add_columns (1, p, j, 0);
  add_bias (p);
}
