/* test-dropout.c - what is dropped, and how what is left grows */
#include "dnn-test.h"

#include <math.h>
#include <string.h>

enum { N = 20000 };

static void
set_all (DnnTest *test, const char *name, float value)
{
  g_autofree float *values = g_new (float, N);

  for (int i = 0; i < N; i++)
    values[i] = value;
  dnn_test_set (test, name, values, N);
}

static void
test_training (void)
{
  g_autoptr (DnnTest) dropout =
      dnn_test_layer ("dropout", "rate=0.2", 2, N / 2);
  const float *y;
  size_t n, n_dropped = 0;

  g_test_summary ("A share of `rate` is 0, the others are x / (1 - rate)");

  set_all (dropout, "x", 1);

  dnn_test_forward (dropout);

  y = dnn_test_get (dropout, "y", &n);
  for (size_t i = 0; i < n; i++) {
    n_dropped += y[i] == 0;
    g_assert_true (y[i] == 0 || y[i] == 1.25f);
  }
  /* Three standard errors of a share. */
  g_assert_cmpfloat_with_epsilon ((double) n_dropped / N, 0.2,
                                  3 * sqrt (0.2 * 0.8 / N));
}

static void
test_backward (void)
{
  g_autoptr (DnnTest) dropout =
      dnn_test_layer ("dropout", "rate=0.2", 2, N / 2);
  const float *y, *dx;
  size_t n;

  g_test_summary ("Gradients pass where numbers passed, scaled alike");

  set_all (dropout, "x", 1);
  set_all (dropout, "dy", 2);

  dnn_test_backward (dropout);

  y = dnn_test_get (dropout, "y", &n);
  dx = dnn_test_get (dropout, "dx", &n);
  for (size_t i = 0; i < n; i++)
    g_assert_cmpfloat (dx[i], ==, 2 * y[i]);
}

static void
test_seed (void)
{
  g_autoptr (DnnTest) dropout =
      dnn_test_layer ("dropout", "rate=0.5", 2, N / 2);
  g_autofree float *first = NULL;
  const float *y;
  size_t n;

  g_test_summary ("A step's mask is the same each time, the next step's not");

  set_all (dropout, "x", 1);

  dnn_test_forward (dropout);
  y = dnn_test_get (dropout, "y", &n);
  first = g_memdup2 (y, n * sizeof *y);
  dnn_test_forward (dropout);
  g_assert_cmpmem (first, n * sizeof *y, y, n * sizeof *y);
  dnn_test_step (dropout, 1);
  dnn_test_forward (dropout);

  g_assert_true (memcmp (first, y, n * sizeof *y) != 0);
}

static void
test_inference (void)
{
  g_autoptr (DnnTest) dropout = dnn_test_layer ("dropout", "rate=0.9", 1, 3);

  g_test_summary ("Inference drops nothing");

  dnn_test_training (dropout, false);
  dnn_test_set (dropout, "x", V (1, -2, 3));
  dnn_test_set (dropout, "dy", V (4, 5, 6));

  dnn_test_backward (dropout);

  dnn_test_assert (dropout, "y", V (1, -2, 3));
  dnn_test_assert (dropout, "dx", V (4, 5, 6));
}

static void
test_edges (void)
{
  g_autoptr (DnnTest) none = dnn_test_layer ("dropout", "rate=0", 1, 3);
  g_autoptr (DnnTest) all = dnn_test_layer ("dropout", "rate=1", 1, 3);

  g_test_summary ("rate 0 drops nothing, rate 1 everything, without a NaN");

  dnn_test_set (none, "x", V (1, 2, 3));
  dnn_test_set (all, "x", V (1, 2, 3));
  dnn_test_set (all, "dy", V (1, 2, 3));

  dnn_test_forward (none);
  dnn_test_backward (all);

  dnn_test_assert (none, "y", V (1, 2, 3));
  dnn_test_assert (all, "y", V (0, 0, 0));
  dnn_test_assert (all, "dx", V (0, 0, 0));
}

static void
test_frozen (void)
{
  g_autoptr (DnnTest) dropout = dnn_test_layer ("dropout", "rate=1", 1, 2);

  g_test_summary ("`trainable` makes no difference: training still drops");

  dnn_test_freeze (dropout);
  dnn_test_set (dropout, "x", V (1, 2));

  dnn_test_forward (dropout);

  dnn_test_assert (dropout, "y", V (0, 0));
}

static void
test_rejects (void)
{
  const DnnShape x = DNN_SHAPE (2, 3);

  g_test_summary ("Mistakes have a code, and name the layer");

  dnn_test_assert_rejects ("dropout", "rate=1.5", DNN_ERROR_PARAM, x);
  dnn_test_assert_rejects ("dropout", "rate=-0.1", DNN_ERROR_PARAM, x);
  dnn_test_assert_rejects ("dropout", "", DNN_ERROR_PARAM, x);
  dnn_test_assert_rejects ("dropout", "p=0.5", DNN_ERROR_NAME, x);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/dropout/training", test_training);
  g_test_add_func ("/dropout/backward", test_backward);
  g_test_add_func ("/dropout/seed", test_seed);
  g_test_add_func ("/dropout/inference", test_inference);
  g_test_add_func ("/dropout/edges", test_edges);
  g_test_add_func ("/dropout/frozen", test_frozen);
  g_test_add_func ("/dropout/rejects", test_rejects);

  return g_test_run ();
}
