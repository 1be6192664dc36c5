/* dnn-random.h - counter-based random numbers: no state, any order
 *
 * Philox4x32-10 (Salmon, Moraes, Dror, Shaw: Parallel random numbers: as easy
 * as 1, 2, 3, SC 2011).  Element i of a key and stream has the same bits
 * whoever asks, in whatever pieces and on whatever thread.
 */
#pragma once

#include <stdint.h>

#include "dnn-decls.h"

DNN_BEGIN_DECLS

/* The purpose of a draw: each combination is a sequence of its own. */
typedef struct DnnKey {
  uint64_t seed;
  uint32_t owner;  /* hash of the layer's or tensor's name */
  uint32_t stream; /* chosen by the one who draws */
  uint64_t step;
} DnnKey;

/* FNV-1a of a name, for DnnKey.owner. */
uint32_t dnn_random_owner (const char *name);

/* n numbers in [0, 1): elements first .. first + n - 1 of the sequence. */
void dnn_random_uniform (const DnnKey *key, int64_t first, int64_t n,
                         float *out);
/* The same, normal with mean 0 and standard deviation 1 (Box-Muller). */
void dnn_random_normal (const DnnKey *key, int64_t first, int64_t n,
                        float *out);
/* A whole number in 0 .. bound - 1, without bias: element `i`. */
uint64_t dnn_random_below (const DnnKey *key, uint64_t i, uint64_t bound);
/* Brings n numbers into a random order (Fisher-Yates). */
void dnn_random_shuffle (const DnnKey *key, int64_t n, int64_t *order);
/* order[i] = a random permutation of 0 .. n - 1: those, shuffled. */
void dnn_random_permutation (const DnnKey *key, int64_t n, int64_t *order);

DNN_END_DECLS
