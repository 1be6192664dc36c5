/* dnn-random.c - sequences of Philox blocks, four elements a block
 *
 * A DnnKey and a place in its sequence have 256 bits, a Philox block takes
 * 192: so one block turns the key into 128 bits, of which two words are the
 * key and two the upper half of the counter of all the blocks that follow.
 */
#include "dnn-random.h"

#include "dnn-philox.h"
#include "dnn-simd.h"
#include "dnn-vmath-kernels.h"
#include "dnn-vmath.h"

#include <math.h>
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

enum { WORDS = 4, BLOCKS = 64, CHUNK = WORDS * BLOCKS };

/* Fills `out` with the CHUNK elements of blocks `block` and on. */
typedef void (*Fill) (const DnnPhilox *sub, uint64_t block, float *out);

uint32_t
dnn_random_owner (const char *name)
{
  uint32_t hash = 2166136261u;

  for (; *name != '\0'; name++)
    hash = (hash ^ (uint8_t) *name) * 16777619u;
  return hash;
}

static DnnPhilox
derive (const DnnKey *key)
{
  const DnnPhilox who = { { key->owner, key->stream, (uint32_t) key->step,
                            (uint32_t) (key->step >> 32) } };

  return dnn_philox (who, (uint32_t) key->seed, (uint32_t) (key->seed >> 32));
}

/* Block `i` of a sequence; `again` numbers further tries at the same place. */
static DnnPhilox
draw (const DnnPhilox *sub, uint64_t i, uint32_t again)
{
  const DnnPhilox counter = { { (uint32_t) i, (uint32_t) (i >> 32),
                                sub->at[2] + again, sub->at[3] } };

  return dnn_philox (counter, sub->at[0], sub->at[1]);
}

/* Cuts first .. first + n - 1 out of whole blocks. */
static void
fill (const DnnKey *key, int64_t first, int64_t n, float *out, Fill fill_chunk)
{
  const DnnPhilox sub = derive (key);
  float chunk[CHUNK];

  while (n > 0) {
    const uint64_t block = (uint64_t) first / WORDS;
    const int64_t skip = first % WORDS;
    const int64_t take = n < CHUNK - skip ? n : CHUNK - skip;

    if (take == CHUNK) {
      fill_chunk (&sub, block, out);
    } else {
      fill_chunk (&sub, block, chunk);
      memcpy (out, chunk + skip, (size_t) take * sizeof *out);
    }
    first += take;
    out += take;
    n -= take;
  }
}

/* Fills `out` with blocks `block` and on. */
static void
draw_plain (const DnnPhilox *sub, uint64_t block, DnnPhilox out[BLOCKS])
{
  for (uint64_t i = 0; i < BLOCKS; i++)
    out[i] = draw (sub, block + i, 0);
}

#if defined(__x86_64__)
#define SIMD(name) name##_avx2
#define TARGET     DNN_AVX2
#define LANES      4
#define PRODUCT(a, b)                                                          \
  (Words_avx2) _mm256_mul_epu32 ((__m256i) (a), (__m256i) (b))
#define NUMBERS 0, 1, 2, 3
#define FIRST   0, 4, 1, 5
#define SECOND  2, 6, 3, 7
#include "dnn-philox-kernel.h"
#undef SIMD
#undef TARGET
#undef LANES
#undef PRODUCT
#undef NUMBERS
#undef FIRST
#undef SECOND

#define SIMD(name) name##_avx512
#define TARGET     DNN_AVX512
#define LANES      8
#define PRODUCT(a, b)                                                          \
  (Words_avx512) _mm512_mul_epu32 ((__m512i) (a), (__m512i) (b))
#define NUMBERS 0, 1, 2, 3, 4, 5, 6, 7
#define FIRST   0, 8, 1, 9, 2, 10, 3, 11
#define SECOND  4, 12, 5, 13, 6, 14, 7, 15
#include "dnn-philox-kernel.h"
#else
#define draw_avx2   draw_plain
#define draw_avx512 draw_plain
#endif

static void
draw_many (const DnnPhilox *sub, uint64_t block, DnnPhilox out[BLOCKS])
{
  if (dnn_simd () == DNN_SIMD_AVX512)
    draw_avx512 (sub, block, out);
  else if (dnn_simd () == DNN_SIMD_AVX2)
    draw_avx2 (sub, block, out);
  else
    draw_plain (sub, block, out);
}

static void
fill_uniform (const DnnPhilox *sub, uint64_t block, float *out)
{
  DnnPhilox words[BLOCKS];

  draw_many (sub, block, words);
  for (int i = 0; i < BLOCKS; i++)
    for (int j = 0; j < WORDS; j++)
      out[i * WORDS + j] = (float) (words[i].at[j] >> 8) * 0x1p-24f;
}

/* out[2j] = r[j] cos a, out[2j + 1] = r[j] sin a, a = v[j] turns, v in [0, 1):
 * the nearest quarter turn, and polynomials (minimax, error 2^-24) for the
 * rest of it. */
DNN_KERNEL void
turn_pairs (const float *r, const float *v, float *out)
{
  for (int j = 0; j < CHUNK / 2; j++) {
    const float t = v[j] * 4.0f + DNN_ROUND;
    const float f = v[j] * 4.0f - (t - DNN_ROUND), z = f * f;
    const uint32_t q = dnn_bits (t);
    float s = 0.000158206749f, c = 0.000903631677f, x, y;

    s = s * z - 0.00468126638f;
    s = s * z + 0.0796925798f;
    s = s * z - 0.645964086f;
    s = (s * z + 1.57079637f) * f;

    c = c * z - 0.0208600722f;
    c = c * z + 0.253669202f;
    c = c * z - 1.23370051f;
    c = c * z + 1.0f;

    x = dnn_pick (q & 1, s, c);
    y = dnn_pick (q & 1, c, s);
    /* Bit 1 of q + 1, and of q, become the signs. */
    x = dnn_from_bits (dnn_bits (x) ^ ((q + 1) & 2) << 30);
    y = dnn_from_bits (dnn_bits (y) ^ (q & 2) << 30);
    out[2 * j] = r[j] * x;
    out[2 * j + 1] = r[j] * y;
  }
}

static void
turn_plain (const float *r, const float *v, float *out)
{
  turn_pairs (r, v, out);
}

DNN_AVX2 static void
turn_avx2 (const float *r, const float *v, float *out)
{
  turn_pairs (r, v, out);
}

/* Elements 2j and 2j + 1 are r cos a and r sin a, with r = √(-2 log (1 - u))
 * and a = 2π v of the uniform numbers u and v of the same two places. */
static void
fill_normal (const DnnPhilox *sub, uint64_t block, float *out)
{
  float r[CHUNK / 2], v[CHUNK / 2];

  fill_uniform (sub, block, out);
  for (int j = 0; j < CHUNK / 2; j++) {
    r[j] = -out[2 * j];
    v[j] = out[2 * j + 1];
  }
  dnn_vmath_log1p (r, r, CHUNK / 2);
  for (int j = 0; j < CHUNK / 2; j++)
    r[j] = sqrtf (-2.0f * r[j]);
  if (dnn_simd () >= DNN_SIMD_AVX2)
    turn_avx2 (r, v, out);
  else
    turn_plain (r, v, out);
}

void
dnn_random_uniform (const DnnKey *key, int64_t first, int64_t n, float *out)
{
  fill (key, first, n, out, fill_uniform);
}

void
dnn_random_normal (const DnnKey *key, int64_t first, int64_t n, float *out)
{
  fill (key, first, n, out, fill_normal);
}

static uint64_t
number_of (const DnnPhilox *words)
{
  return (uint64_t) words->at[1] << 32 | words->at[0];
}

/* A number below `bound`, from the block of place i.  2^64 mod bound of the
 * lowest numbers make a last, short round over 0 .. bound - 1, and are drawn
 * again. */
static uint64_t
reduce (const DnnPhilox *sub, DnnPhilox words, uint64_t i, uint64_t bound)
{
  for (uint32_t again = 1;
       number_of (&words) < bound && number_of (&words) < (0 - bound) % bound;
       again++)
    words = draw (sub, i, again);
  return number_of (&words) % bound;
}

uint64_t
dnn_random_below (const DnnKey *key, uint64_t i, uint64_t bound)
{
  const DnnPhilox sub = derive (key);

  g_return_val_if_fail (bound > 0, 0);

  return reduce (&sub, draw (&sub, i, 0), i, bound);
}

void
dnn_random_shuffle (const DnnKey *key, int64_t n, int64_t *order)
{
  const DnnPhilox sub = derive (key);
  DnnPhilox words[BLOCKS];

  for (int64_t i = n - 1; i > 0; i--) {
    const int64_t at = i % BLOCKS, kept = order[i];
    int64_t j;

    if (at == BLOCKS - 1 || i == n - 1)
      draw_many (&sub, (uint64_t) (i - at), words);
    j = (int64_t) reduce (&sub, words[at], (uint64_t) i, (uint64_t) i + 1);
    order[i] = order[j];
    order[j] = kept;
  }
}

void
dnn_random_permutation (const DnnKey *key, int64_t n, int64_t *order)
{
  for (int64_t i = 0; i < n; i++)
    order[i] = i;
  dnn_random_shuffle (key, n, order);
}
