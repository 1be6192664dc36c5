/* softmax.h - softmax of the rows of a matrix, and the logarithm of its sum */
#pragma once

#include <dnn/abi/host.h>
#include <dnn/abi/rows.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ln (1 + rest) + max of each of `n` rows, whose largest term is exp 0: to ret,
 * which may be max. */
static inline void
dnn_add_logs (const DnnHost *host, const double *sums, const float *max,
              int64_t n, float *ret)
{
  float logs[DNN_ROOM];

  logs[0] = 0; /* where there are none */
  for (int64_t i = 0; i < n; i++)
    logs[i] = (float) (sums[i] - 1);
  host->log1p (logs, logs, n);
  for (int64_t i = 0; i < n; i++)
    ret[i] = logs[i] + max[i];
}

/* y = (by[i] or 1) softmax (x) in row i, and ln Σⱼ exp xⱼ to log_sums[i]; by
 * and log_sums may be NULL, y may be x.  The largest element is taken off
 * first, as exp overflows past 88. */
static inline void
dnn_softmax (const DnnHost *host, const float *x, int64_t rows, int64_t columns,
             const float *by, float *y, float *log_sums)
{
  for (int64_t i = 0, n; i < rows; i += n) {
    float room[DNN_ROOM], *max = log_sums != NULL ? log_sums + i : room;

    n = dnn_fit (rows - i);
    DNN_ROWS (dnn_rows_max, n, columns, x + i * columns, max);
    DNN_ROWS (dnn_rows_subtract, n, columns, x + i * columns, max,
              y + i * columns);
  }
  host->exp (y, y, rows * columns);
  for (int64_t i = 0, n; i < rows; i += n) {
    double sums[DNN_ROOM];
    float factor[DNN_ROOM];

    n = dnn_fit (rows - i);
    DNN_ROWS (dnn_rows_sum, n, columns, y + i * columns, 0, sums);
    for (int64_t k = 0; k < n; k++)
      factor[k] = (float) ((by != NULL ? by[i + k] : 1) / sums[k]);
    DNN_ROWS (dnn_rows_multiply, n, columns, factor, y + i * columns);
    if (log_sums != NULL)
      dnn_add_logs (host, sums, log_sums + i, n, log_sums + i);
  }
}

/* ln Σⱼ exp xⱼ of row i to ret[i]: of as many rows as fit into DNN_ROOM, or of
 * one. */
static inline void
dnn_log_sum_exp_few (const DnnHost *host, const float *x, int64_t rows,
                     int64_t columns, float *ret)
{
  float e[DNN_ROOM], max[DNN_ROOM];
  double sums[DNN_ROOM];

  DNN_ROWS (dnn_rows_max, rows, columns, x, max);
  for (int64_t j = 0, n; j < columns; j += n) { /* once, or of one row */
    const double start = j > 0 ? *sums : 0;

    n = dnn_fit (columns - j);
    DNN_ROWS (dnn_rows_subtract, rows, n, x + j, max, e);
    host->exp (e, e, rows * n);
    DNN_ROWS (dnn_rows_sum, rows, n, e, start, sums);
  }
  dnn_add_logs (host, sums, max, rows, ret);
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
