/* draws.h - random numbers that go by a sample's row in the data (minor 1)
 *
 * The same row gets the same numbers in an epoch, whatever batch it is in, and
 * others in the next.  A sample without a row goes by its place in the batch.
 */
#pragma once

#include <dnn/abi/param.h>
#include <dnn/abi/samples.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The row of sample `i`. */
static inline uint64_t
dnn_row_of (const DnnPass *pass, int64_t i)
{
  return pass->rows != NULL ? pass->rows[i] : (uint64_t) i;
}

/* [range] Numbers of sample `i`: `n` in [0, 1), of which every call of the
 * layer on this stream has as many. */
static inline void
dnn_draw (const DnnHost *host, const DnnPass *pass, uint32_t stream, int64_t i,
          int64_t n, float *out)
{
  host->random (pass, stream, DNN_UNIFORM | DNN_BY_EPOCH,
                (int64_t) dnn_row_of (pass, i) * n, n, out);
}

/* The number that u in [0, 1) stands for: of a list of two, between them; of
 * one, f, between `low` f and f; of none, 0. */
static inline double
dnn_between (const DnnFloats *list, double low, double u)
{
  const double last = list->n > 0 ? list->at[list->n > 1] : 0;
  const double first = list->n > 1 ? list->at[0] : low * last;

  return first + (last - first) * u;
}

/* Fails unless the list is two numbers, the second the larger. */
static inline int32_t
dnn_expect_value_range (const DnnHost *host, DnnBuild *b, const DnnFloats *list)
{
  if (list->n == 2 && list->at[0] < list->at[1])
    return 0;
  if (list->n == 2)
    return host->fail (b, "value_range must rise, not be %g,%g", list->at[0],
                       list->at[1]);
  return host->fail (b,
                     "value_range must be two numbers, the least and the "
                     "largest value of a pixel, not %d",
                     (int) list->n);
}

/* Fails if a list has more than two numbers. */
static inline int32_t
dnn_expect_factor (const DnnHost *host, DnnBuild *b, const char *name,
                   const DnnFloats *list)
{
  if (list->n <= 2)
    return 0;
  return host->fail (b,
                     "%s must be a number or two, the least and the most, "
                     "not %d numbers",
                     name, (int) list->n);
}

#ifdef __cplusplus
}
#endif
