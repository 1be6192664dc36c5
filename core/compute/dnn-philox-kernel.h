/* dnn-philox-kernel.h - many Philox blocks at once, with one set of
 * instructions
 *
 * Included once a set by dnn-random.c, with
 *
 *   SIMD(name)     the name with the set's suffix
 *   TARGET         the attribute that compiles a function for the set
 *   LANES          blocks at once, each word in a lane of 64 bits
 *   PRODUCT(a, b)  of the lower halves of lanes
 *   FIRST, SECOND  the lanes of two vectors taken in turn, and their second
 *                  half, as arguments of MIX
 *   NUMBERS        0 .. LANES - 1
 *
 * The upper half of a lane may be garbage, which no product looks at.
 */

typedef uint64_t SIMD (Words) __attribute__ ((vector_size (LANES * 8)));
typedef uint64_t SIMD (Anywhere)
    __attribute__ ((vector_size (LANES * 8), aligned (4), may_alias));

/* Blocks `block` and on. */
TARGET static void
SIMD (draw) (const DnnPhilox *sub, uint64_t block, DnnPhilox out[BLOCKS])
{
  const SIMD (Words) numbers = { NUMBERS }, zero = { 0 };

  for (int i = 0; i < BLOCKS; i += LANES) {
    SIMD (Anywhere) *to = (SIMD (Anywhere) *) &out[i];
    SIMD (Words) a = numbers + (block + (uint64_t) i), b = a >> 32;
    SIMD (Words) c = zero + sub->at[2], d = zero + sub->at[3];

    for (uint32_t round = 0; round < DNN_PHILOX_ROUNDS; round++) {
      const uint32_t k0 = sub->at[0] + round * DNN_PHILOX_KEY_0;
      const uint32_t k1 = sub->at[1] + round * DNN_PHILOX_KEY_1;
      const SIMD (Words) p = PRODUCT (a, zero + DNN_PHILOX_A);
      const SIMD (Words) q = PRODUCT (c, zero + DNN_PHILOX_C);

      a = q >> 32 ^ b ^ (zero + k0);
      b = q;
      c = p >> 32 ^ d ^ (zero + k1);
      d = p;
    }
    a = (a & 0xffffffff) | b << 32;
    c = (c & 0xffffffff) | d << 32;
    to[0] = __builtin_shufflevector (a, c, FIRST);
    to[1] = __builtin_shufflevector (a, c, SECOND);
  }
}
