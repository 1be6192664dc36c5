/* sorted.h - numbers with weights, kept in order in a state of fixed size
 *
 * For metrics that need every prediction.  The numbers lie in runs of 1, 2, 4,
 * ... of them, each in falling order; two runs of a size become one.  n numbers
 * cost n log n comparisons, and no memory but the state's.
 */
#pragma once

#include <dnn/abi/tensor.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A state is doubles that start at 0: how many numbers, then pairs of number
 * and weight, then room to join two runs in. */
static inline int64_t
dnn_sorted_size (int64_t capacity)
{
  return 1 + 2 * (capacity + capacity / 2);
}

/* Joins two runs of n pairs, the second behind the first. */
static inline void
dnn_sorted_join (double *runs, int64_t n, double *room)
{
  int64_t i = n - 1, j = n - 1;

  for (int64_t k = 0; k < 2 * n; k++)
    room[k] = runs[2 * n + k];
  for (int64_t k = 2 * n - 1; j >= 0; k--) {
    const int first = i >= 0 && runs[2 * i] < room[2 * j];
    const double *least = first ? runs + 2 * i : room + 2 * j;

    runs[2 * k] = least[0];
    runs[2 * k + 1] = least[1];
    i -= first;
    j -= !first;
  }
}

/* 0; -1 where `capacity` numbers are there already. */
static inline int32_t
dnn_sorted_add (double *state, int64_t capacity, double number, double weight)
{
  const int64_t n = (int64_t) state[0];
  double *pairs = state + 1;

  if (n >= capacity)
    return -1;
  pairs[2 * n] = number;
  pairs[2 * n + 1] = weight;
  state[0] = (double) (n + 1);
  for (int64_t size = 1; (n & size) != 0; size *= 2)
    dnn_sorted_join (pairs + 2 * (n + 1 - 2 * size), size,
                     pairs + 2 * capacity);
  return 0;
}

#define DNN_SORTED_RUNS 63

/* [frozen] A walk through all numbers, the largest first. */
typedef struct DnnSortedWalk {
  const double *pairs;
  int64_t n_runs;
  int64_t at[DNN_SORTED_RUNS]; /* the next pair of each run */
  int64_t end[DNN_SORTED_RUNS];
} DnnSortedWalk;

static inline void
dnn_sorted_start (const double *state, DnnSortedWalk *walk)
{
  const int64_t n = (int64_t) state[0];
  int64_t start = 0;

  walk->pairs = state + 1;
  walk->n_runs = 0;
  for (int bit = DNN_SORTED_RUNS - 1; bit >= 0; bit--)
    if ((n >> bit & 1) != 0) {
      walk->at[walk->n_runs] = start;
      start += (int64_t) 1 << bit;
      walk->end[walk->n_runs++] = start;
    }
}

/* The next pair, or NULL behind the last. */
static inline const double *
dnn_sorted_next (DnnSortedWalk *walk)
{
  const double *largest = NULL;
  int64_t run = 0;

  for (int64_t i = 0; i < walk->n_runs; i++) {
    const double *pair = walk->pairs + 2 * walk->at[i];

    if (walk->at[i] < walk->end[i] && (largest == NULL || *pair > *largest)) {
      largest = pair;
      run = i;
    }
  }
  if (largest != NULL)
    walk->at[run]++;
  return largest;
}

#ifdef __cplusplus
}
#endif
