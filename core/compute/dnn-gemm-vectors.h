/* dnn-gemm-vectors.h - vectors to and from memory, and sums delivered
 *
 * A part of dnn-gemm-kernel.h, which says what the macros are, and of
 * dnn-conv-segments-kernel.h.
 */

typedef float Vector __attribute__ ((vector_size (LANES * 4)));
typedef float Anywhere
    __attribute__ ((vector_size (LANES * 4), aligned (4), may_alias));

#define PANEL (2 * LANES)

/* The first `n` lanes from anywhere, the others 0; LANES: all. */
TARGET static ALWAYS_INLINE Vector
load (const float *from, int64_t n)
{
  if (n == LANES)
    return *(const Anywhere *) from;
  return (Vector) LOAD_PART (from, n);
}

/* The first `n` lanes to anywhere; LANES: all. */
TARGET static ALWAYS_INLINE void
store (float *to, int64_t n, Vector v)
{
  if (n == LANES)
    *(Anywhere *) to = v;
  else
    STORE_PART (to, n, v);
}

/* C = `sum` + beta C, where the last vector of a row has `part` lanes: a
 * constant for whole ones, so that nothing is asked row by row. */
TARGET static ALWAYS_INLINE void
write_rows (const int rows, const int vectors, const Tile *t,
            const int64_t part, Vector sum[ROWS][2])
{
  const float beta = t->beta;
  const int64_t ldc = t->ldc;
  float *c = t->c;

  if (beta != 0) {
    UNROLL (16)
    for (int i = 0; i < rows; i++) {
      UNROLL (2)
      for (int v = 0; v < vectors; v++)
        sum[i][v] += beta * load (c + i * ldc + v * LANES,
                                  v + 1 < vectors ? LANES : part);
    }
  }
  UNROLL (16)
  for (int i = 0; i < rows; i++, c += ldc) {
    UNROLL (2)
    for (int v = 0; v < vectors; v++)
      store (c + v * LANES, v + 1 < vectors ? LANES : part, sum[i][v]);
  }
}

/* C = alpha `sum` + beta C + bias. */
TARGET static ALWAYS_INLINE void
deliver (const int rows, const int vectors, const Tile *t, Vector sum[ROWS][2])
{
  Vector bias[2] = { { 0 } };

  if (t->bias != NULL) {
    UNROLL (2)
    for (int v = 0; v < vectors; v++)
      bias[v] = load (t->bias + v * LANES, v + 1 < vectors ? LANES : t->part);
  }
  UNROLL (16)
  for (int i = 0; i < rows; i++) {
    UNROLL (2)
    for (int v = 0; v < vectors; v++)
      sum[i][v] = t->alpha * sum[i][v] + bias[v];
  }
  if (t->part == LANES)
    write_rows (rows, vectors, t, LANES, sum);
  else
    write_rows (rows, vectors, t, t->part, sum);
}
