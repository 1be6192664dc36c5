/* test-random.c - the sequences are the published ones, and depend on the
 * place only */
#include "dnn-philox.h"
#include "dnn-random.h"

#include <math.h>
#include <stdbool.h>

#define N 1000000

static const DnnKey key = { 1, 2, 3, 4 };

typedef void (*Draw) (const DnnKey *, int64_t, int64_t, float *);

typedef struct {
  const char *name;
  DnnPhilox counter;
  uint32_t key[2];
  DnnPhilox expected;
} Known;

/* Random123, tests/kat_vectors. */
static const Known known[] = {
  { "zeros",
    { { 0, 0, 0, 0 } },
    { 0, 0 },
    { { 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8 } } },
  { "ones",
    { { 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff } },
    { 0xffffffff, 0xffffffff },
    { { 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd } } },
  { "pi",
    { { 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344 } },
    { 0xa4093822, 0x299f31d0 },
    { { 0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1 } } },
};

static void
test_known (const void *data)
{
  const Known *k = data;
  DnnPhilox block;

  g_test_summary ("Philox4x32-10 gives the numbers of its authors");

  block = dnn_philox (k->counter, k->key[0], k->key[1]);

  g_assert_cmpmem (&block, sizeof block, &k->expected, sizeof block);
}

static void
assert_pieces (Draw draw)
{
  static const int64_t cuts[] = { 0, 1, 2, 3, 6, 11, 255, 256, 511, 777, 1500 };
  float whole[1500], pieces[1500];

  draw (&key, 0, 1500, whole);
  for (size_t i = 0; i + 1 < G_N_ELEMENTS (cuts); i++)
    draw (&key, cuts[i], cuts[i + 1] - cuts[i], pieces + cuts[i]);
  g_assert_cmpmem (whole, sizeof whole, pieces, sizeof pieces);

  for (int64_t i = 0; i < 1500; i++) {
    float one;

    draw (&key, i, 1, &one);
    g_assert_cmpmem (&one, sizeof one, whole + i, sizeof one);
  }
}

static void
test_pieces (void)
{
  g_test_summary ("An element is the same in whatever piece it is drawn");

  assert_pieces (dnn_random_uniform);
  assert_pieces (dnn_random_normal);
}

static void
test_far (void)
{
  const int64_t first = ((int64_t) 1 << 40) + 3;
  float far[7], near[7];

  g_test_summary ("Elements beyond 2^34 do not repeat the first ones");

  dnn_random_uniform (&key, first, 7, far);
  dnn_random_uniform (&key, 3, 7, near);

  for (int i = 0; i < 7; i++)
    g_assert_cmpfloat (far[i], !=, near[i]);
}

static void
test_keys (void)
{
  static const DnnKey others[] = { { 1, 2, 3, 4 },
                                   { 2, 2, 3, 4 },
                                   { 1, 3, 3, 4 },
                                   { 1, 2, 4, 4 },
                                   { 1, 2, 3, 5 },
                                   { 1 + ((uint64_t) 1 << 32), 2, 3, 4 },
                                   { 1, 2, 3, 4 + ((uint64_t) 1 << 32) } };
  float x[G_N_ELEMENTS (others)][1000];

  g_test_summary ("A change of any part of the key is another sequence");

  for (size_t i = 0; i < G_N_ELEMENTS (others); i++)
    dnn_random_uniform (&others[i], 0, 1000, x[i]);

  for (size_t i = 0; i < G_N_ELEMENTS (others); i++)
    for (size_t j = 0; j < i; j++) {
      double sum = 0;

      for (int k = 0; k < 1000; k++)
        sum += 12 * (x[i][k] - 0.5) * (x[j][k] - 0.5) / 1000;
      /* Correlation of 1,000 pairs: standard error 0.032. */
      g_assert_cmpfloat (fabs (sum), <, 5 * 0.032);
    }
}

/* Means of x, x², x³ and x⁴: each within 5 standard errors. */
static void
assert_moments (const float *x, const double *mean, const double *deviation)
{
  for (int power = 1; power <= 4; power++) {
    double sum = 0;

    for (int i = 0; i < N; i++)
      sum += pow (x[i], power);
    g_test_message ("mean of x^%d: %.5f", power, sum / N);
    g_assert_cmpfloat (fabs (sum / N - mean[power - 1]), <,
                       5 * deviation[power - 1] / sqrt (N));
  }
}

static void
test_uniform (void)
{
  g_autofree float *x = g_new (float, N);
  double mean[4], deviation[4];

  g_test_summary ("Uniform: in [0, 1), moments within 5 standard errors");

  dnn_random_uniform (&key, 0, N, x);

  for (int k = 1; k <= 4; k++) {
    mean[k - 1] = 1.0 / (k + 1);
    deviation[k - 1] = sqrt (1.0 / (2 * k + 1) - 1.0 / ((k + 1) * (k + 1)));
  }
  assert_moments (x, mean, deviation);
  for (int i = 0; i < N; i++)
    g_assert_true (x[i] >= 0 && x[i] < 1);
}

static void
test_normal (void)
{
  /* Var x^k = (2k - 1)!! - (E x^k)². */
  static const double mean[] = { 0, 1, 0, 3 };
  const double deviation[] = { 1, sqrt (2), sqrt (15), sqrt (96) };
  g_autofree float *x = g_new (float, N);
  double product = 0;
  int tail = 0;

  g_test_summary ("Normal: moments, tails and pairs within 5 standard errors");

  dnn_random_normal (&key, 0, N, x);

  assert_moments (x, mean, deviation);
  for (int i = 0; i < N; i++)
    tail += fabsf (x[i]) > 3;
  g_assert_cmpfloat (fabs (tail - 0.0026998 * N), <, 5 * sqrt (0.0027 * N));
  for (int i = 0; i < N; i += 2)
    product += (double) x[i] * x[i + 1];
  g_assert_cmpfloat (fabs (product), <, 5 * sqrt (N / 2));
}

static void
test_normal_formula (void)
{
  float u[1000], x[1000];

  g_test_summary ("Normal is Box-Muller of the uniform numbers in its place");

  dnn_random_uniform (&key, 0, 1000, u);
  dnn_random_normal (&key, 0, 1000, x);

  for (int i = 0; i < 1000; i += 2) {
    const double r = sqrt (-2 * log1p (-u[i])), a = 2 * G_PI * u[i + 1];

    g_assert_cmpfloat_with_epsilon (x[i], r * cos (a), 1e-6);
    g_assert_cmpfloat_with_epsilon (x[i + 1], r * sin (a), 1e-6);
  }
}

static void
test_below (void)
{
  /* The last one throws away a third of the numbers. */
  static const uint64_t bounds[] = { 1, 2, 3, 10, 0xc000000000000000 };

  g_test_summary ("below() is in range, and every third of it as likely");

  for (size_t b = 0; b < G_N_ELEMENTS (bounds); b++) {
    int low = 0, n = 90000;
    const uint64_t third = bounds[b] / 3;

    for (int i = 0; i < n; i++) {
      const uint64_t x = dnn_random_below (&key, (uint64_t) i, bounds[b]);

      g_assert_cmpuint (x, <, bounds[b]);
      low += x < third;
    }
    g_assert_cmpfloat (fabs (low - n * ((double) third / bounds[b])), <,
                       5 * sqrt (n * 0.25));
  }
}

static void
test_permutation (void)
{
  enum { SIZE = 1000, TRIES = 60000 };
  int64_t order[SIZE];
  bool seen[SIZE] = { false };
  int count[6] = { 0 };

  g_test_summary ("Everything once; each of the 6 orders of 3 as likely");

  dnn_random_permutation (&key, SIZE, order);
  for (int i = 0; i < SIZE; i++) {
    g_assert_cmpint (order[i], >=, 0);
    g_assert_cmpint (order[i], <, SIZE);
    g_assert_false (seen[order[i]]);
    seen[order[i]] = true;
  }

  for (int i = 0; i < TRIES; i++) {
    const DnnKey k = { 7, 0, 0, (uint64_t) i };

    dnn_random_permutation (&k, 3, order);
    count[order[0] * 2 + (order[1] > order[2])]++;
  }
  /* Standard error of each count: √(60000 · 5/36) = 91. */
  for (int i = 0; i < 6; i++)
    g_assert_cmpint (ABS (count[i] - TRIES / 6), <, 5 * 91);
  dnn_random_permutation (&key, 0, order);
}

static void
test_owner (void)
{
  g_test_summary ("The hash of a name is FNV-1a");

  g_assert_cmphex (dnn_random_owner (""), ==, 0x811c9dc5);
  g_assert_cmphex (dnn_random_owner ("a"), ==, 0xe40c292c);
  g_assert_cmphex (dnn_random_owner ("foobar"), ==, 0xbf9cf968);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (size_t i = 0; i < G_N_ELEMENTS (known); i++) {
    g_autofree char *path = g_strdup_printf ("/random/known/%s", known[i].name);

    g_test_add_data_func (path, &known[i], test_known);
  }
  g_test_add_func ("/random/pieces", test_pieces);
  g_test_add_func ("/random/far", test_far);
  g_test_add_func ("/random/keys", test_keys);
  g_test_add_func ("/random/uniform", test_uniform);
  g_test_add_func ("/random/normal", test_normal);
  g_test_add_func ("/random/normal-formula", test_normal_formula);
  g_test_add_func ("/random/below", test_below);
  g_test_add_func ("/random/permutation", test_permutation);
  g_test_add_func ("/random/owner", test_owner);

  return g_test_run ();
}
