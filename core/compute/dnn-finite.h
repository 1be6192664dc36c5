/* dnn-finite.h - whether numbers are finite */
#pragma once

#include <stdint.h>

/* Index of the first of n numbers that is NaN or infinite, or -1.  As fast as
 * memory is read where there is none. */
int64_t dnn_find_not_finite (const float *x, int64_t n);

/* "row 3, column 2 ('width'): 'nan' is not finite", of x[i] in rows of `size`
 * numbers, the first of which is number `row` of its file.  `columns`: their
 * names, or NULL.  Returns: (transfer full). */
char *dnn_describe_not_finite (const float *x, int64_t i, int64_t size,
                               int64_t row, char *const *columns);
