/* dnn-sums.c - sums over the rows of a matrix */
#include "dnn-sums.h"

#include <dnn/plugin.h>
#include <string.h>

/* Rows from which a sum is made in parts, their number, and columns at once. */
enum { MANY_ROWS = 16384, PARTS = 16, BLOCK = 1024 };

/* Nanoseconds of an addition, about. */
#define WORK 0.1

/* Columns that are added up at once, in registers. */
enum { COLUMNS = 16 };

DNN_CLONES static void
sum_columns (const float *from, int64_t rows, int64_t stride, int64_t columns,
             float *to)
{
  int64_t first = 0;

  for (; first + COLUMNS <= columns; first += COLUMNS) {
    float sums[COLUMNS] = { 0 };

    for (int64_t i = 0; i < rows; i++)
      for (int64_t j = 0; j < COLUMNS; j++)
        sums[j] += from[i * stride + first + j];
    memcpy (to + first, sums, sizeof sums);
  }
  for (int64_t j = first; j < columns; j++) {
    float one = 0;

    for (int64_t i = 0; i < rows; i++)
      one += from[i * stride + j];
    to[j] = one;
  }
}

DNN_CLONES static void
dot_columns (const float *from, const float *by, int64_t rows, int64_t stride,
             int64_t columns, float *to)
{
  int64_t first = 0;

  for (; first + COLUMNS <= columns; first += COLUMNS) {
    float sums[COLUMNS] = { 0 };

    for (int64_t i = 0; i < rows; i++)
      for (int64_t j = 0; j < COLUMNS; j++)
        sums[j] += from[i * stride + first + j] * by[i * stride + first + j];
    memcpy (to + first, sums, sizeof sums);
  }
  for (int64_t j = first; j < columns; j++) {
    float one = 0;

    for (int64_t i = 0; i < rows; i++)
      one += from[i * stride + j] * by[i * stride + j];
    to[j] = one;
  }
}

typedef struct {
  const float *a, *b;
  int64_t rows, stride, columns;
  float *sum;
  float (*parts)[BLOCK]; /* from the second on */
} Sum;

static void
sum_range (const Sum *s, int64_t first, int64_t n, float *to)
{
  const float *a = s->a + first * s->stride;

  if (s->b == NULL)
    sum_columns (a, n, s->stride, s->columns, to);
  else
    dot_columns (a, s->b + first * s->stride, n, s->stride, s->columns, to);
}

static void
sum_part (void *data, int64_t part, uint32_t worker)
{
  const Sum *s = data;
  const int64_t first = s->rows * part / PARTS;

  (void) worker;
  sum_range (s, first, s->rows * (part + 1) / PARTS - first,
             part == 0 ? s->sum : s->parts[part - 1]);
}

/* At most BLOCK columns. */
static void
sum_block (DnnPool *pool, Sum *s)
{
  static _Thread_local float parts[PARTS - 1][BLOCK];

  if (s->rows < MANY_ROWS) {
    sum_range (s, 0, s->rows, s->sum);
    return;
  }
  s->parts = parts;
  dnn_pool_run_work (pool, PARTS, (double) (s->rows * s->columns) * WORK,
                     sum_part, s);
  for (int64_t p = 0; p < PARTS - 1; p++)
    for (int64_t j = 0; j < s->columns; j++)
      s->sum[j] += parts[p][j];
}

void
dnn_sum_rows (DnnPool *pool, const float *a, const float *b, int64_t rows,
              int64_t columns, float *sum)
{
  for (int64_t j = 0; j < columns; j += BLOCK) {
    Sum s = { .a = a + j,
              .b = b != NULL ? b + j : NULL,
              .rows = rows,
              .stride = columns,
              .columns = MIN (BLOCK, columns - j),
              .sum = sum + j };

    sum_block (pool, &s);
  }
}
