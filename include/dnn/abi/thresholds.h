/* thresholds.h - what lies above each of many thresholds
 *
 * For metrics of curves.  Each prediction y counts its weight as right (its
 * target is not 0) or wrong; at a threshold that is found which is above it.
 */
#pragma once

#include <dnn/abi/param.h>
#include <dnn/abi/sorted.h>

#ifdef __cplusplus
extern "C" {
#endif

/* [frozen] Thresholds i / (n - 1), i < n (½ where n is 1); or one below 0,
 * those of a list between 0 and 1, and one above 1; or, where n is 0 and the
 * list empty, every prediction. */
typedef struct DnnThresholds {
  int64_t n;
  const DnnFloats *list; /* may be NULL */
  int64_t capacity;      /* the most predictions where each is a threshold */
  int64_t least;         /* 1: the first threshold is below 0 in any case */
} DnnThresholds;

static inline int64_t
dnn_thresholds_count (const DnnThresholds *t)
{
  return t->list != NULL && t->list->n > 0 ? t->list->n + 2 : t->n;
}

/* Doubles of the state. */
static inline int64_t
dnn_thresholds_size (const DnnThresholds *t)
{
  const int64_t n = dnn_thresholds_count (t);

  return n > 0 ? 2 * (n + 1) : dnn_sorted_size (t->capacity);
}

/* How many thresholds are below y, which is 0 to 1. */
static inline int64_t
dnn_thresholds_below (const DnnThresholds *t, float y)
{
  const float place = y * (float) (t->n - 1);
  int64_t n = (int64_t) place;

  if (t->list != NULL && t->list->n > 0) {
    n = 1;
    for (int64_t i = 0; i < t->list->n; i++)
      n += y > (float) t->list->at[i];
    return n;
  }
  if (t->n == 1)
    return y > 0.5f;
  n += place > (float) n;
  return n > t->least ? n : t->least;
}

/* State: weights of right ones by the number of thresholds below, then those of
 * wrong ones; or all predictions, sorted, with the weights of wrong ones
 * negative.  -1 where there are more than `capacity`. */
static inline int32_t
dnn_thresholds_take (const DnnThresholds *t, double *state, float y,
                     double weight, int right)
{
  const int64_t n = dnn_thresholds_count (t);

  if (n == 0)
    return dnn_sorted_add (state, t->capacity, y, right ? weight : -weight);
  state[dnn_thresholds_below (t, y) + (right ? 0 : n + 1)] += weight;
  return 0;
}

/* A state of -1 predictions is one that has overflown. */
static inline void
dnn_thresholds_merge (const DnnThresholds *t, double *into, const double *from)
{
  if (dnn_thresholds_count (t) > 0)
    for (int64_t i = 0; i < dnn_thresholds_size (t); i++)
      into[i] += from[i];
  else if (into[0] < 0 || from[0] < 0 ||
           into[0] + from[0] > (double) t->capacity)
    into[0] = -1;
  else
    for (int64_t i = 0; i < (int64_t) from[0]; i++)
      dnn_sorted_add (into, t->capacity, from[1 + 2 * i], from[2 + 2 * i]);
}

/* [frozen] From the last threshold to the first. */
typedef struct DnnThresholdWalk {
  const double *state;
  int64_t n, k;
  const double *next; /* of the sorted ones */
  DnnSortedWalk sorted;
} DnnThresholdWalk;

static inline void
dnn_thresholds_start (const DnnThresholds *t, const double *state,
                      DnnThresholdWalk *walk)
{
  walk->state = state;
  walk->n = walk->k = dnn_thresholds_count (t);
  walk->next = NULL;
  walk->sorted.pairs = state;
  walk->sorted.n_runs = 0;
  if (walk->n > 0)
    return;
  dnn_sorted_start (state, &walk->sorted);
  walk->next = dnn_sorted_next (&walk->sorted);
}

/* Counts found there that were not at the one before; 0 behind the first. */
static inline int
dnn_thresholds_next (DnnThresholdWalk *walk, double *ret_right,
                     double *ret_wrong)
{
  const double *pair = walk->next;

  *ret_right = walk->k > 0 ? walk->state[walk->k] : 0;
  *ret_wrong = walk->k > 0 ? walk->state[walk->n + 1 + walk->k] : 0;
  if (walk->n > 0)
    return walk->k-- > 0;
  for (; walk->next != NULL && *walk->next == *pair;
       walk->next = dnn_sorted_next (&walk->sorted)) {
    *ret_right += walk->next[1] > 0 ? walk->next[1] : 0;
    *ret_wrong -= walk->next[1] < 0 ? walk->next[1] : 0;
  }
  return pair != NULL;
}

#ifdef __cplusplus
}
#endif
