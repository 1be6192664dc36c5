/* hdf5-checksum.c - Bob Jenkins' lookup3, the sum of HDF5's metadata
 *
 * "lookup3.c", May 2006, public domain: hashlittle () from 0, read byte by
 * byte.  The letters are those of its macros mix and final.
 */
#include "dnn-hdf5-private.h"

static inline uint32_t
rotate (uint32_t x, unsigned k)
{
  return x << k | x >> (32 - k);
}

/* Adds up to 12 bytes to a, b, c. */
static void
add_bytes (uint32_t *abc, const uint8_t *data, size_t n)
{
  for (size_t i = 0; i < n; i++)
    abc[i / 4] += (uint32_t) data[i] << 8 * (i % 4);
}

static void
mix (uint32_t *abc)
{
  static const unsigned shifts[] = { 4, 6, 8, 16, 19, 4 };

  for (size_t i = 0; i < 6; i++) {
    const uint32_t last = abc[(i + 2) % 3];

    abc[i % 3] -= last;
    abc[i % 3] ^= rotate (last, shifts[i]);
    abc[(i + 2) % 3] += abc[(i + 1) % 3];
  }
}

static void
finish (uint32_t *abc)
{
  static const unsigned shifts[] = { 14, 11, 25, 16, 4, 14, 24 };

  for (size_t i = 0; i < 7; i++) {
    const uint32_t before = abc[(i + 1) % 3];

    abc[(i + 2) % 3] ^= before;
    abc[(i + 2) % 3] -= rotate (before, shifts[i]);
  }
}

uint32_t
dnn_hdf5_checksum (const uint8_t *data, size_t n)
{
  const uint32_t start = 0xdeadbeef + (uint32_t) n;
  uint32_t abc[3] = { start, start, start };

  if (n == 0)
    return start;
  for (; n > 12; n -= 12, data += 12) {
    add_bytes (abc, data, 12);
    mix (abc);
  }
  add_bytes (abc, data, n);
  finish (abc);
  return abc[2];
}
