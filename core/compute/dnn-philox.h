/* dnn-philox.h - Philox4x32-10, a block of 128 random bits from a counter
 *
 * Salmon, Moraes, Dror, Shaw: Parallel random numbers: as easy as 1, 2, 3,
 * SC 2011, section 3.3.  Private to libdnn.
 */
#pragma once

#include <stdint.h>

typedef struct DnnPhilox {
  uint32_t at[4];
} DnnPhilox;

#define DNN_PHILOX_ROUNDS 10
#define DNN_PHILOX_A      0xd2511f53u
#define DNN_PHILOX_C      0xcd9e8d57u
#define DNN_PHILOX_KEY_0  0x9e3779b9u
#define DNN_PHILOX_KEY_1  0xbb67ae85u

static inline DnnPhilox
dnn_philox (DnnPhilox counter, uint32_t key_0, uint32_t key_1)
{
  uint32_t a = counter.at[0], b = counter.at[1];
  uint32_t c = counter.at[2], d = counter.at[3];

  for (int i = 0; i < DNN_PHILOX_ROUNDS; i++) {
    const uint64_t p = (uint64_t) a * DNN_PHILOX_A;
    const uint64_t q = (uint64_t) c * DNN_PHILOX_C;

    a = (uint32_t) (q >> 32) ^ b ^ key_0;
    b = (uint32_t) q;
    c = (uint32_t) (p >> 32) ^ d ^ key_1;
    d = (uint32_t) p;
    key_0 += DNN_PHILOX_KEY_0;
    key_1 += DNN_PHILOX_KEY_1;
  }
  return (DnnPhilox){ { a, b, c, d } };
}
