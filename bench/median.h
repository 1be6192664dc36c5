/* median.h - the middle one of some numbers
 *
 * Of an even count the upper one of the two.
 */
#pragma once

#include <stdlib.h>

static inline int
median_compare (const void *a, const void *b)
{
  const double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

/* Sorts the numbers. */
static inline double
median (double *numbers, size_t n)
{
  qsort (numbers, n, sizeof *numbers, median_compare);
  return numbers[n / 2];
}
