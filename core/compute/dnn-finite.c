/* dnn-finite.c - looks for the first number that is not finite */
#include "dnn-finite.h"

#include <glib.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

/* Numbers that are looked at together; they stay in the cache. */
enum { PIECE = 8192 };

/* By the bits, without a branch: the exponent of what is not finite is all
 * ones. */
static bool
all_finite (const float *x, int64_t n)
{
  const uint32_t exponent = 0x7f800000U;
  uint32_t bad = 0;

  for (int64_t i = 0; i < n; i++) {
    uint32_t bits;

    memcpy (&bits, &x[i], sizeof bits);
    bad |= (bits & exponent) == exponent;
  }
  return bad == 0;
}

int64_t
dnn_find_not_finite (const float *x, int64_t n)
{
  for (int64_t first = 0; first < n; first += PIECE) {
    if (all_finite (x + first, MIN (PIECE, n - first)))
      continue;
    while (isfinite (x[first]))
      first++;
    return first;
  }
  return -1;
}

char *
dnn_describe_not_finite (const float *x, int64_t i, int64_t size, int64_t row,
                         char *const *columns)
{
  const int64_t column = i % size;
  g_autofree char *name = columns != NULL
                              ? g_strdup_printf (" ('%s')", columns[column])
                              : g_strdup ("");

  return g_strdup_printf ("row %" G_GINT64_FORMAT ", column %" G_GINT64_FORMAT
                          "%s: '%g' is not finite",
                          row + i / size + 1, column + 1, name, (double) x[i]);
}
