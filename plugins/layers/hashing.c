/* hashing - whole numbers to bins, by a hash of their digits
 *
 *   y = hash (decimal digits of x) mod num_bins
 *
 * FarmHash's Fingerprint64, or, with `salt`, SipHash-2-4 of that key: the bins
 * are those of Keras.  What is behind the point is cut off, as there.  With
 * `mask_value` that number has bin 0, and the others the rest of the bins.
 * Modes beside int: abi/encoding.h.  It has no slope: dx = 0.
 * Pike: FarmHash, 2014; Aumasson, Bernstein: SipHash, 2012.
 */
#include <dnn/plugin.h>
#include <math.h>
#include <string.h>

typedef struct {
  int64_t num_bins;
  DnnInts mask_value;
  DnnInts salt;
  int32_t output_mode;
} Hashing;

enum { DIGITS = 20 };

static const DnnParam params[] = {
  DNN_INT_REQUIRED (Hashing, num_bins, 1, 1 << 24, "bins",
                    "how many there are"),
  DNN_ROW (Hashing, mask_value, NULL, DNN_PARAM_INTS, 0, "", -(1 << 24),
           1 << 24, "x", "what has bin 0 alone; none: nothing", NULL),
  DNN_ROW (Hashing, salt, NULL, DNN_PARAM_INTS, 0, "", 0, 9007199254740992.0,
           "key", "one or two numbers; none: the hash has no key", NULL),
  DNN_ENUM (Hashing, output_mode, "int", DNN_ENCODINGS, "what a bin becomes"),
};

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  const Hashing *h = self;

  if (h->salt.n > 2)
    return host->fail (b, "salt must be one or two numbers, not '%d'",
                       (int) h->salt.n);
  if (h->mask_value.n > 1)
    return host->fail (b, "mask_value must be one number, not '%d'",
                       (int) h->mask_value.n);
  return dnn_encoding_build (host, b, h->output_mode, h->num_bins);
}

/* Eight bytes, or four, the least first. */
static uint64_t
fetch (const char *s, int n)
{
  uint64_t x = 0;

  for (int i = n - 1; i >= 0; i--)
    x = x << 8 | (unsigned char) s[i];
  return x;
}

static uint64_t
rotate (uint64_t x, int right)
{
  return x >> right | x << (64 - right);
}

static uint64_t
mix (uint64_t u, uint64_t v, uint64_t by)
{
  uint64_t a = (u ^ v) * by, b;

  a ^= a >> 47;
  b = (v ^ a) * by;
  return (b ^ b >> 47) * by;
}

/* Fingerprint64 of 1 to 32 bytes. */
static uint64_t
fingerprint (const char *s, int n)
{
  const uint64_t k0 = 0xc3a5c85c97cb3127u, k1 = 0xb492b66fbe98f273u;
  const uint64_t k2 = 0x9ae16a3b2f90404fu, by = k2 + 2 * (uint64_t) n;
  uint64_t a, b, c, d;

  if (n > 16) {
    a = fetch (s, 8) * k1;
    b = fetch (s + 8, 8);
    c = fetch (s + n - 8, 8) * by;
    d = fetch (s + n - 16, 8) * k2;
    return mix (rotate (a + b, 43) + rotate (c, 30) + d,
                a + rotate (b + k2, 18) + c, by);
  }
  if (n >= 8) {
    a = fetch (s, 8) + k2;
    b = fetch (s + n - 8, 8);
    return mix (rotate (b, 37) * by + a, (rotate (a, 25) + b) * by, by);
  }
  if (n >= 4)
    return mix ((uint64_t) n + (fetch (s, 4) << 3), fetch (s + n - 4, 4), by);
  a = (unsigned char) s[0] + ((uint64_t) (unsigned char) s[n / 2] << 8);
  b = (uint64_t) n + ((uint64_t) (unsigned char) s[n - 1] << 2);
  c = a * k2 ^ b * k0;
  return (c ^ c >> 47) * k2;
}

static void
sip_round (uint64_t v[4])
{
  v[0] += v[1];
  v[2] += v[3];
  v[1] = rotate (v[1], 64 - 13) ^ v[0];
  v[3] = rotate (v[3], 64 - 16) ^ v[2];
  v[0] = rotate (v[0], 32);
  v[2] += v[1];
  v[0] += v[3];
  v[1] = rotate (v[1], 64 - 17) ^ v[2];
  v[3] = rotate (v[3], 64 - 21) ^ v[0];
  v[2] = rotate (v[2], 32);
}

/* SipHash-2-4 */
static uint64_t
sip_hash (const DnnInts *salt, const char *s, int n)
{
  const uint64_t k0 = (uint64_t) salt->at[0];
  const uint64_t k1 = (uint64_t) salt->at[salt->n - 1];
  uint64_t v[] = { k0 ^ 0x736f6d6570736575u, k1 ^ 0x646f72616e646f6du,
                   k0 ^ 0x6c7967656e657261u, k1 ^ 0x7465646279746573u };

  for (int i = 0; i <= n; i += 8) {
    const uint64_t m = i + 8 <= n ? fetch (s + i, 8)
                                  : fetch (s + i, n - i) | (uint64_t) n << 56;

    v[3] ^= m;
    sip_round (v);
    sip_round (v);
    v[0] ^= m;
  }
  v[2] ^= 0xff;
  for (int i = 0; i < 4; i++)
    sip_round (v);
  return v[0] ^ v[1] ^ v[2] ^ v[3];
}

static uint64_t
hash_of (const Hashing *h, int64_t x)
{
  char digits[DIGITS];
  uint64_t rest = x < 0 ? -(uint64_t) x : (uint64_t) x;
  int at = DIGITS;

  do
    digits[--at] = (char) ('0' + rest % 10);
  while ((rest /= 10) > 0);
  if (x < 0)
    digits[--at] = '-';
  return h->salt.n > 0 ? sip_hash (&h->salt, digits + at, DIGITS - at)
                       : fingerprint (digits + at, DIGITS - at);
}

static int32_t
forward (const void *self, const DnnHost *host, DnnPass *pass)
{
  const Hashing *h = self;
  const int64_t n = dnn_count (pass->x[0]);
  const int masks = h->mask_value.n > 0 && h->num_bins > 1;
  const uint64_t bins = (uint64_t) (h->num_bins - masks);
  const float *x = dnn_f32 (pass->x[0]);

  dnn_encoding_begin (pass);
  for (int64_t i = 0; i < n; i++) {
    int64_t bin;

    if (!(fabsf (x[i]) < 9e18f))
      return host->fail (pass,
                         "input element %lld must be a number below 9e18, "
                         "not '%g'",
                         (long long) i, (double) x[i]);
    if (masks && dnn_ints_have (&h->mask_value, (double) x[i]))
      bin = 0;
    else
      bin = (int64_t) (hash_of (h, (int64_t) x[i]) % bins) + masks;
    dnn_encode (pass, h->output_mode, h->num_bins, i, bin);
  }
  return 0;
}

static int32_t
backward (const void *self, const DnnHost *host, DnnPass *pass)
{
  (void) self;
  (void) host;
  if (pass->dx[0] != NULL)
    memset (pass->dx[0]->data, 0,
            (size_t) dnn_count (pass->dx[0]) * sizeof (float));
  return 0;
}

static const DnnLayerOps ops = {
  DNN_LAYER_OPS (1),
  .build = build,
  .forward = forward,
  .backward = backward,
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_LAYER,
  .name = "hashing",
  .title = "Hashing",
  .version = "1.0",
  .summary = "whole numbers to bins, by a hash of their digits",
  .reference = "Aumasson, Bernstein: SipHash: a fast short-input PRF, 2012",
  .self_size = sizeof (Hashing),
  .params = DNN_PARAM_TABLE (params),
  .ops = &ops,
  .example = "num_bins=3",
};
