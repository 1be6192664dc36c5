/* sides.h - what is added or left out at the sides of axes (minor 1) */
#pragma once

#include <dnn/abi/param.h>
#include <dnn/abi/samples.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Elements at one side (0: before, 1: behind) of an axis, by a list that has
 * one number for all sides, one for each axis, or two for each axis. */
static inline int64_t
dnn_of_side (const DnnInts *list, uint32_t rank, uint32_t axis, uint32_t side)
{
  if (list->n == 1)
    return list->at[0];
  return list->at[list->n == 2 * rank ? 2 * axis + side : axis];
}

/* Fails where the list is none of these. */
static inline int32_t
dnn_expect_sides (const DnnHost *host, DnnBuild *b, const DnnInts *list,
                  int64_t rank, const char *name)
{
  if (list->n == 1 || list->n == rank || list->n == 2 * rank)
    return 0;
  if (rank == 1)
    return host->fail (b, "%s must be 1 or 2 numbers, not %d", name,
                       (int) list->n);
  return host->fail (b, "%s must be 1, %d or %d numbers, not %d", name,
                     (int) rank, (int) (2 * rank), (int) list->n);
}

#ifdef __cplusplus
}
#endif
