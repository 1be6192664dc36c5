/* rows.h - softmax of the rows of a matrix, and what it is made of
 *
 * A row of ten numbers is done before its loop gets under way.  So eight rows
 * are worked on side by side, an element of each in turn; sums are of a row's
 * terms from first to last all the same.
 */
#pragma once

#include <dnn/abi/host.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { DNN_ABREAST = 8, DNN_ROOM = 256 };

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

/* y = (by[i] or 1) softmax (x) in row i; by may be NULL, y may be x.  The
 * largest element is taken off first, as exp overflows past 88. */
static inline void
dnn_softmax (const DnnHost *host, const float *x, int64_t rows, int64_t columns,
             const float *by, float *y)
{
  for (int64_t i = 0, n; i < rows; i += n) {
    float max[DNN_ROOM];

    n = rows - i < DNN_ROOM ? rows - i : DNN_ROOM;
    DNN_ROWS (dnn_rows_max, n, columns, x + i * columns, max);
    DNN_ROWS (dnn_rows_subtract, n, columns, x + i * columns, max,
              y + i * columns);
  }
  host->exp (y, y, rows * columns);
  for (int64_t i = 0, n; i < rows; i += n) {
    double sums[DNN_ROOM];
    float factor[DNN_ROOM];

    n = rows - i < DNN_ROOM ? rows - i : DNN_ROOM;
    DNN_ROWS (dnn_rows_sum, n, columns, y + i * columns, 0, sums);
    for (int64_t k = 0; k < n; k++)
      factor[k] = (float) ((by != NULL ? by[i + k] : 1) / sums[k]);
    DNN_ROWS (dnn_rows_multiply, n, columns, factor, y + i * columns);
  }
}

/* ln Σⱼ exp xⱼ of row i to ret[i], of up to DNN_ROOM rows, all of whose elements
 * fit into DNN_ROOM; one row may have any number.  The largest term is exp 0,
 * so the sum is 1 and something. */
static inline void
dnn_log_sum_exp_few (const DnnHost *host, const float *x, int64_t rows,
                     int64_t columns, float *ret)
{
  float e[DNN_ROOM], max[DNN_ROOM];
  double sums[DNN_ROOM];

  DNN_ROWS (dnn_rows_max, rows, columns, x, max);
  for (int64_t j = 0, n; j < columns; j += n) {
    n = columns - j < DNN_ROOM ? columns - j : DNN_ROOM;
    DNN_ROWS (dnn_rows_subtract, rows, n, x + j, max, e);
    host->exp (e, e, rows * n);
    DNN_ROWS (dnn_rows_sum, rows, n, e, j == 0 ? -1 : *sums, sums);
  }
  for (int64_t i = 0; i < rows; i++)
    ret[i] = (float) sums[i];
  host->log1p (ret, ret, rows);
  for (int64_t i = 0; i < rows; i++)
    ret[i] += max[i];
}

/* ln Σⱼ exp xⱼ of row i to ret[i]. */
static inline void
dnn_log_sum_exp (const DnnHost *host, const float *x, int64_t rows,
                 int64_t columns, float *ret)
{
  const int64_t step = columns < DNN_ROOM ? DNN_ROOM / columns : 1;

  for (int64_t i = 0, n; i < rows; i += n) {
    n = rows - i < step ? rows - i : step;
    dnn_log_sum_exp_few (host, x + i * columns, n, columns, ret + i);
  }
}

#ifdef __cplusplus
}
#endif
