/* dnn-gemm-simd.h - what gemm-avx2.c and gemm-avx512.c have in common */
#pragma once

#include "dnn-gemm-private.h"

#include <glib.h>
#include <immintrin.h>
#include <string.h>

/* A loop for A's rows one apart is the same instructions again. */
#if !defined(__clang__)
#pragma GCC optimize("no-version-loops-for-strides")
#endif

#define ALWAYS_INLINE inline __attribute__ ((always_inline))
#define NOINLINE      __attribute__ ((noinline))
#define MIX           __builtin_shufflevector
#define TEXT(x)       #x
#if defined(__clang__)
#define UNROLL(n) _Pragma (TEXT (unroll n))
#else
#define UNROLL(n) _Pragma (TEXT (GCC unroll n))
#endif

/* Floats between two terms of A from which they fall on few lines of a cache,
 * and on a page each. */
enum { FAR_APART = 1024 };

/* Tiles one above another from which it pays to pack B. */
enum { FEW_TILES = 6 };

/* Places at which B is read at once where C is one row. */
enum { STREAMS = 8 };

/* Rows of A that are read from one pointer: as many as there are ways to
 * address them, for there are not enough registers for one each. */
enum { BESIDE = 3 };

/* The tile that stays in registers. */
typedef struct {
  int64_t k; /* terms */
  const float *a;
  int64_t a_row, a_term;
  const float *b;
  int64_t b_term;
  float *c;
  int64_t ldc;
  float alpha, beta;
  const float *bias; /* of its columns; NULL: none, or not yet */
  int64_t part;      /* columns of the last vector */
} Tile;

typedef float Eight __attribute__ ((vector_size (32)));
typedef float EightAnywhere
    __attribute__ ((vector_size (32), aligned (4), may_alias));

/* Rows of tile `i`, if m rows are shared by so many. */
static inline int64_t
rows_of_tile (int64_t m, int64_t n_tiles, int64_t i)
{
  return m / n_tiles + (i < m % n_tiles);
}
