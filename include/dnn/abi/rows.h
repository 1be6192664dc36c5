/* rows.h - the rows of a matrix, side by side
 *
 * A row of ten numbers is done before its loop gets under way.  So eight rows
 * are worked on at once, an element of each in turn; sums are of a row's terms
 * from first to last all the same.
 */
#pragma once

#include <dnn/abi/tensor.h>

#ifdef __cplusplus
extern "C" {
#endif

#define DNN_ABREAST 8
#define DNN_ROOM    256 /* rows or elements of a row, on the stack */

static inline int64_t
dnn_fit (int64_t n)
{
  return n < DNN_ROOM ? n : DNN_ROOM;
}

/* Does `each (n, i, ...)` for the n rows from i on, until all are done; n is a
 * constant, so that the loop over the rows of a group vanishes. */
#define DNN_ROWS(each, rows, ...)                                              \
  do {                                                                         \
    int64_t dnn_row = 0;                                                       \
                                                                               \
    for (; dnn_row + DNN_ABREAST <= (rows); dnn_row += DNN_ABREAST)            \
      each (DNN_ABREAST, dnn_row, __VA_ARGS__);                                \
    for (; dnn_row < (rows); dnn_row++)                                        \
      each (1, dnn_row, __VA_ARGS__);                                          \
  } while (0)

/* max[i] of row i. */
static inline void
dnn_rows_max (int n, int64_t i, int64_t columns, const float *x, float *max)
{
  float m[DNN_ABREAST];

  x += i * columns;
  for (int k = 0; k < n; k++)
    m[k] = x[k * columns];
  for (int64_t j = 1; j < columns; j++)
    for (int k = 0; k < n; k++)
      m[k] = m[k] > x[k * columns + j] ? m[k] : x[k * columns + j];
  for (int k = 0; k < n; k++)
    max[i + k] = m[k];
}

/* Where the first of the largest elements of row i is, to at[i]. */
static inline void
dnn_rows_argmax (int n, int64_t i, int64_t columns, const float *x, int64_t *at)
{
  float m[DNN_ABREAST];
  int64_t best[DNN_ABREAST];

  x += i * columns;
  for (int k = 0; k < n; k++) {
    m[k] = x[k * columns];
    best[k] = 0;
  }
  for (int64_t j = 1; j < columns; j++)
    for (int k = 0; k < n; k++) {
      best[k] = x[k * columns + j] > m[k] ? j : best[k];
      m[k] = x[k * columns + j] > m[k] ? x[k * columns + j] : m[k];
    }
  for (int k = 0; k < n; k++)
    at[i + k] = best[k];
}

/* y = x - by[i] in row i; y may be x. */
static inline void
dnn_rows_subtract (int n, int64_t i, int64_t columns, const float *x,
                   const float *by, float *y)
{
  float b[DNN_ABREAST];

  x += i * columns;
  y += i * columns;
  for (int k = 0; k < n; k++)
    b[k] = by[i + k];
  for (int64_t j = 0; j < columns; j++)
    for (int k = 0; k < n; k++)
      y[k * columns + j] = x[k * columns + j] - b[k];
}

/* sums[i] = start + row i. */
static inline void
dnn_rows_sum (int n, int64_t i, int64_t columns, const float *x, double start,
              double *sums)
{
  double s[DNN_ABREAST];

  x += i * columns;
  for (int k = 0; k < n; k++)
    s[k] = start;
  for (int64_t j = 0; j < columns; j++)
    for (int k = 0; k < n; k++)
      s[k] += x[k * columns + j];
  for (int k = 0; k < n; k++)
    sums[i + k] = s[k];
}

/* x *= by[i] in row i. */
static inline void
dnn_rows_multiply (int n, int64_t i, int64_t columns, const float *by, float *x)
{
  float b[DNN_ABREAST];

  x += i * columns;
  for (int k = 0; k < n; k++)
    b[k] = by[i + k];
  for (int64_t j = 0; j < columns; j++)
    for (int k = 0; k < n; k++)
      x[k * columns + j] *= b[k];
}

#ifdef __cplusplus
}
#endif
