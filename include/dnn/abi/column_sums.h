/* column_sums.h - one or two sums of each column of a matrix, side by side
 *
 * In double, as rows may be many.  Many rows are added up in a fixed number of
 * parts, and the parts in their order: any number of threads, the same bits.
 */
#pragma once

#include <dnn/abi/layer.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Rows from which there are parts, how many, and columns at a time. */
#define DNN_MANY_ROWS         16384
#define DNN_SUM_PARTS         16
#define DNN_SUM_COLUMNS       64
#define DNN_NUMBERS_AT_A_TIME 8192

struct DnnColumnSums;

/* Adds the terms of rows first .. last - 1 of n columns from `at` on to a and
 * b, of n elements each. */
typedef void (*DnnAddRows) (const struct DnnColumnSums *sums, int64_t first,
                            int64_t last, int64_t at, int64_t n, double *a,
                            double *b);

/* [frozen] The sums under way. */
typedef struct DnnColumnSums {
  DnnPass *pass;
  int64_t rows, columns, parts;
  double *a, *b; /* columns each: the sums */
  double *mean;  /* columns: for the caller; 0 at first */
  DnnAddRows add;
} DnnColumnSums;

/* In build: the scratch that they need. */
static inline void
dnn_column_sums_add (const DnnHost *host, DnnBuild *b, uint32_t scratch,
                     int64_t columns)
{
  host->add_scratch (b, scratch, DNN_SHAPE (2 * DNN_SUM_PARTS + 1, columns));
  host->set_dtype (b, DNN_SCRATCH, scratch, DNN_FLOAT64);
}

/* Of the columns of x[0]; `room` is that scratch. */
static inline DnnColumnSums
dnn_column_sums (DnnPass *pass, const DnnTensor *room)
{
  const int64_t rows = dnn_rows (pass->x[0]);
  const int64_t columns = dnn_columns (pass->x[0]);
  double *sums = (double *) room->data;
  DnnColumnSums self = { pass,
                         rows,
                         columns,
                         rows < DNN_MANY_ROWS ? 1 : DNN_SUM_PARTS,
                         sums,
                         sums + columns,
                         sums + 2 * DNN_SUM_PARTS * columns,
                         NULL };

  for (int64_t j = 0; j < columns; j++)
    self.mean[j] = 0;
  return self;
}

/* Does `body` for all rows, some thousand numbers at a time; its data is self.
 */
static inline void
dnn_column_sums_each (DnnColumnSums *self, const DnnHost *host, DnnRange body)
{
  host->parallel_for (self->pass, self->rows,
                      1 + DNN_NUMBERS_AT_A_TIME / self->columns, body, self);
}

static inline void
dnn_column_sums_part (void *data, int64_t first, int64_t last, uint32_t worker)
{
  const DnnColumnSums *self = (const DnnColumnSums *) data;

  (void) worker;
  for (int64_t part = first; part < last; part++)
    for (int64_t at = 0; at < self->columns; at += DNN_SUM_COLUMNS) {
      const int64_t left = self->columns - at;
      const int64_t n = left < DNN_SUM_COLUMNS ? left : DNN_SUM_COLUMNS;
      double *to = self->a + part * 2 * self->columns + at;
      double a[DNN_SUM_COLUMNS] = { 0 }, b[DNN_SUM_COLUMNS] = { 0 };

      self->add (self, self->rows * part / self->parts,
                 self->rows * (part + 1) / self->parts, at, n, a, b);
      for (int64_t j = 0; j < n; j++) {
        to[j] = a[j];
        to[self->columns + j] = b[j];
      }
    }
}

/* Makes self->a and self->b the sums of the terms that `add` adds. */
static inline void
dnn_column_sums_run (DnnColumnSums *self, const DnnHost *host, DnnAddRows add)
{
  const int64_t n = 2 * self->columns;

  self->add = add;
  host->parallel_for (self->pass, self->parts, 1, dnn_column_sums_part, self);
  for (int64_t part = 1; part < self->parts; part++)
    for (int64_t j = 0; j < n; j++)
      self->a[j] += self->a[part * n + j];
}

#ifdef __cplusplus
}
#endif
