/* test-orthogonal.c - columns, or rows, at right angles */
#include "dnn-test.h"

/* wᵀ w, or w wᵀ where rows are fewer, is gain² times the identity to 1e-6. */
static void
assert_orthogonal (const float *w, size_t rows, size_t columns, double gain)
{
  const bool by_rows = rows < columns;
  const size_t n = by_rows ? rows : columns, length = by_rows ? columns : rows;
  const size_t next = by_rows ? columns : 1, step = by_rows ? 1 : columns;

  for (size_t a = 0; a < n; a++)
    for (size_t b = 0; b <= a; b++) {
      double sum = 0;

      for (size_t i = 0; i < length; i++)
        sum += (double) w[a * next + i * step] * w[b * next + i * step];
      g_assert_cmpfloat_with_epsilon (sum, a == b ? gain * gain : 0,
                                      1e-6 * gain * gain);
    }
}

static void
check (const char *chain, size_t rows, size_t columns, double gain)
{
  g_autoptr (DnnTest) test =
      dnn_test_new (chain, DNN_SHAPE (1, (int64_t) rows));
  size_t n;
  const float *w = dnn_test_get (test, "kernel", &n);

  g_assert_cmpuint (n, ==, rows * columns);
  assert_orthogonal (w, rows, columns, gain);
}

static void
test_tall (void)
{
  g_test_summary ("More rows than columns: columns are orthonormal");

  check ("dense units=20 kernel_initializer=orthogonal", 70, 20, 1);
}

static void
test_wide (void)
{
  g_test_summary ("More columns than rows: rows are");

  check ("dense units=70 kernel_initializer=orthogonal", 20, 70, 1);
}

static void
test_square (void)
{
  g_test_summary ("A square one, which is the worst conditioned, too");

  check ("dense units=150 kernel_initializer=orthogonal", 150, 150, 1);
}

static void
test_gain (void)
{
  g_test_summary ("gain multiplies it");

  check ("dense units=9 kernel_initializer=orthogonal(gain=3)", 12, 9, 3);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/orthogonal/tall", test_tall);
  g_test_add_func ("/orthogonal/wide", test_wide);
  g_test_add_func ("/orthogonal/square", test_square);
  g_test_add_func ("/orthogonal/gain", test_gain);

  return g_test_run ();
}
