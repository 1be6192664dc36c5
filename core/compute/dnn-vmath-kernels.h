/* dnn-vmath-kernels.h - the elementary functions of one number
 *
 * Straight lines without branches or tables, of additions, multiplications,
 * divisions and integer operations only, which round the same in every
 * instruction set; a loop over them therefore becomes vector code with the
 * same bits.  Fusing a product with a sum would break that: whoever includes
 * this is compiled with -ffp-contract=off.  Polynomials are minimax (Remez),
 * their coefficients rounded to float.  Errors: tests/compute/test-vmath.c.
 */
#pragma once

#include <stdint.h>
#include <string.h>

/* A function for CPUs with AVX2, or AVX-512.  FMA stays off. */
#if defined(__x86_64__)
#define DNN_AVX2   __attribute__ ((target ("avx2")))
#define DNN_AVX512 __attribute__ ((target ("avx512f")))
#else
#define DNN_AVX2
#define DNN_AVX512
#endif

#define DNN_KERNEL static inline __attribute__ ((always_inline))

/* ln 2 = LN2_HIGH + LN2_LOW; k LN2_HIGH is exact for |k| < 2^14. */
#define DNN_LN2_HIGH 0x1.63p-1f
#define DNN_LN2_LOW  (-0x1.bd0106p-13f)

/* x + ROUND - ROUND is the whole number nearest to x, for |x| < 2^22. */
#define DNN_ROUND 0x1.8p23f

#define DNN_INFINITY (__builtin_inff ())
#define DNN_NAN      (__builtin_nanf (""))

DNN_KERNEL uint32_t
dnn_bits (float x)
{
  uint32_t bits;

  memcpy (&bits, &x, sizeof bits);
  return bits;
}

DNN_KERNEL float
dnn_from_bits (uint32_t bits)
{
  float x;

  memcpy (&x, &bits, sizeof x);
  return x;
}

/* yes ? a : b, both of them computed: a branch would not become vector code. */
DNN_KERNEL float
dnn_pick (int yes, float a, float b)
{
  const uint32_t mask = 0u - (uint32_t) yes;

  return dnn_from_bits ((dnn_bits (a) & mask) | (dnn_bits (b) & ~mask));
}

/* |x| with the sign of s. */
DNN_KERNEL float
dnn_with_sign (float x, float s)
{
  return dnn_from_bits ((dnn_bits (x) & 0x7fffffff) |
                        (dnn_bits (s) & 0x80000000));
}

DNN_KERNEL float
dnn_abs (float x)
{
  return dnn_from_bits (dnn_bits (x) & 0x7fffffff);
}

/* 2^k, for k in -126 .. 127; garbage for others, but no overflow in C. */
DNN_KERNEL float
dnn_power_of_2 (int32_t k)
{
  return dnn_from_bits (((uint32_t) k + 127u) << 23);
}

/* y 2^k, for k in -252 .. 254: in two steps, so that 2^128 and subnormal
 * results are reached with one rounding. */
DNN_KERNEL float
dnn_scale (float y, int32_t k)
{
  const int32_t half = k >> 1;

  return y * dnn_power_of_2 (half) *
         dnn_power_of_2 ((int32_t) ((uint32_t) k - (uint32_t) half));
}

/* exp (r) - 1 - r over r², |r| <= ln 2 / 2.  Error of exp: 2^-29. */
DNN_KERNEL float
dnn_exp_tail (float r)
{
  float p = 0.000197902191f;

  p = p * r + 0.00139447837f;
  p = p * r + 0.00833349768f;
  p = p * r + 0.0416662917f;
  p = p * r + 0.166666657f;
  return p * r + 0.5f;
}

/* x = k ln 2 + r + (low), |r| <= ln 2 / 2; x in -252 ln 2 .. 254 ln 2.  NaN
 * stays in r, and k is then whatever. */
DNN_KERNEL float
dnn_reduce (float x, int32_t *k, float *low)
{
  const float t = x * 0x1.715476p+0f + DNN_ROUND;
  const float whole = t - DNN_ROUND;

  *k = (int32_t) (dnn_bits (t) - dnn_bits (DNN_ROUND));
  *low = -(whole * DNN_LN2_LOW);
  return x - whole * DNN_LN2_HIGH;
}

DNN_KERNEL float
dnn_exp (float x)
{
  float high, low, r;
  int32_t k;

  /* Beyond these the result is infinite, or rounds to 0. */
  x = dnn_pick (x > 89.0f, 89.0f, x);
  x = dnn_pick (x < -104.5f, -104.5f, x);
  high = dnn_reduce (x, &k, &low);
  r = high + low;
  return dnn_scale (1.0f + (high + (low + r * r * dnn_exp_tail (r))), k);
}

/* 2^k (exp (r) - 1 + c) with c = 1 - 2^-k.  The low part of the sum c + r is
 * kept, or the digits that cancel would show. */
DNN_KERNEL float
dnn_expm1 (float x)
{
  float high, low, r, c, sum, rest, y;
  int32_t k, down;

  x = dnn_pick (x > 89.0f, 89.0f, x);
  x = dnn_pick (x < -20.0f, -20.0f, x);
  high = dnn_reduce (x, &k, &low);
  r = high + low;
  down = k > 126 ? 126 : k;
  c = 1.0f - dnn_power_of_2 (-down);
  sum = c + high;
  rest = high - (sum - c);
  y = sum + (rest + (low + r * r * dnn_exp_tail (r)));
  return dnn_with_sign (dnn_scale (y, k), x);
}

/* (log (1 + f) - f + f²/2) / f³, 1 + f in √½ .. √2.  Error of log: 2^-28. */
DNN_KERNEL float
dnn_log_tail (float f)
{
  float p = 0.0674834922f;

  p = p * f - 0.116778873f;
  p = p * f + 0.118886329f;
  p = p * f - 0.12405277f;
  p = p * f + 0.142194524f;
  p = p * f - 0.166680083f;
  p = p * f + 0.200021237f;
  p = p * f - 0.250000089f;
  return p * f + 0.333333135f;
}

/* 1 + x = u + c exactly, u = 2^k m, 1 + f = m + c 2^-k, m in √½ .. √2:
 * log1p (x) = k ln 2 + log (1 + f). */
DNN_KERNEL float
dnn_log1p (float x)
{
  const float u = 1.0f + x;
  const float c = dnn_pick (x > 1.0f, 1.0f - (u - x), x - (u - 1.0f));
  const uint32_t bits = dnn_bits (u) - 0x3f3504f3; /* √½ */
  const int32_t k = (int32_t) bits >> 23;
  const float m = dnn_from_bits ((bits & 0x007fffff) + 0x3f3504f3);
  const float down = dnn_power_of_2 (k > 126 ? -126 : -k);
  const float f = (m - 1.0f) + c * down;
  const float high = (float) k * DNN_LN2_HIGH;
  const float sum = high + f;
  const float rest = f - (sum - high) + (float) k * DNN_LN2_LOW;
  float y = sum + (rest + f * f * (f * dnn_log_tail (f) - 0.5f));

  y = dnn_with_sign (y, x);
  y = dnn_pick (x > 0x1.fffffep+127f, x, y);
  y = dnn_pick (x == -1.0f, -DNN_INFINITY, y);
  return dnn_pick (x < -1.0f, DNN_NAN, y);
}

/* Below 0.625 a polynomial, above it 1 - 2 / (exp (2x) + 1). */
DNN_KERNEL float
dnn_tanh (float x)
{
  const float a = dnn_abs (x), z = x * x;
  const float e = dnn_exp (2.0f * dnn_pick (a > 9.5f, 9.5f, a));
  const float large = 1.0f - 2.0f / (e + 1.0f);
  float p = 0.00214753998f;

  p = p * z - 0.00818267744f;
  p = p * z + 0.0217029694f;
  p = p * z - 0.0539472029f;
  p = p * z + 0.133332103f;
  p = p * z - 0.333333313f;
  return dnn_with_sign (dnn_pick (a < 0.625f, a + a * (z * p), large), x);
}

/* Below 0.92 a polynomial in x², above it 1 - exp (-q (x)). */
DNN_KERNEL float
dnn_erf (float x)
{
  const float a = dnn_abs (x), z = x * x, b = dnn_pick (a > 4.0f, 4.0f, a);
  float p = 8.40992361e-05f, q = -0.000197084766f;

  p = p * z - 0.000815262843f;
  p = p * z + 0.00520196045f;
  p = p * z - 0.0268597994f;
  p = p * z + 0.112837031f;
  p = p * z - 0.376126349f;
  p = p * z + 0.128379166f;

  q = q * b + 0.00305444235f;
  q = q * b - 0.0222715326f;
  q = q * b + 0.104023851f;
  q = q * b + 0.637077451f;
  q = q * b + 1.12773764f;
  q = q * b + 0.000180726624f;
  return dnn_with_sign (dnn_pick (a < 0.92f, a + a * p, 1.0f - dnn_exp (-q)),
                        x);
}

/* e = exp (-|x|): 1 / (1 + e) above 0, e / (1 + e) below.  Nothing overflows
 * or cancels.  The rounding error of 1 + e is taken back out, by the slope
 * -q / (1 + e) of the quotient q. */
DNN_KERNEL float
dnn_sigmoid (float x)
{
  const float e = dnn_exp (-dnn_abs (x));
  const float d = 1.0f + e;
  const float rest = e - (d - 1.0f);
  const float q = dnn_pick (x < 0.0f, e, 1.0f) / d;

  return q - q * (rest * dnn_pick (x < 0.0f, 1.0f - q, q));
}
