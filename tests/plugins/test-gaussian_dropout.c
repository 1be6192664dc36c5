/* test-gaussian_dropout.c - noise of mean 1 and of dropout's deviation */
#include "dnn-test.h"

#include <math.h>

enum { N = 20000 };

static void
test_training (void)
{
  g_autoptr (DnnTest) noise =
      dnn_test_layer ("gaussian_dropout", "rate=0.2", 2, N / 2);
  g_autofree float *ones = g_new (float, N);
  double sum = 0, squares = 0;
  const float *y, *dx;
  size_t n;

  g_test_summary ("Factors have mean 1 and deviation √(rate / (1 - rate)), "
                  "and gradients get the same ones");

  for (int i = 0; i < N; i++)
    ones[i] = 1;
  dnn_test_set (noise, "x", ones, N);
  dnn_test_set (noise, "dy", ones, N);

  dnn_test_backward (noise);

  y = dnn_test_get (noise, "y", &n);
  dx = dnn_test_get (noise, "dx", &n);
  for (int i = 0; i < N; i++) {
    sum += (double) y[i];
    squares += pow ((double) y[i] - 1, 2);
    g_assert_cmpfloat (dx[i], ==, y[i]);
  }
  /* Three standard errors: of a mean, and of a variance. */
  g_assert_cmpfloat_with_epsilon (sum / N, 1, 3 * 0.5 / sqrt (N));
  g_assert_cmpfloat_with_epsilon (squares / N, 0.25, 3 * 0.25 * sqrt (2. / N));
}

static void
test_inference (void)
{
  g_autoptr (DnnTest) noise =
      dnn_test_layer ("gaussian_dropout", "rate=0.9", 1, 3);

  g_test_summary ("Inference adds none");

  dnn_test_training (noise, false);
  dnn_test_set (noise, "x", V (1, -2, 3));
  dnn_test_set (noise, "dy", V (4, 5, 6));

  dnn_test_backward (noise);

  dnn_test_assert (noise, "y", V (1, -2, 3));
  dnn_test_assert (noise, "dx", V (4, 5, 6));
}

static void
test_rejects (void)
{
  const DnnShape x = DNN_SHAPE (2, 3);

  g_test_summary ("A rate of 1 has no deviation, and is refused");

  dnn_test_assert_rejects ("gaussian_dropout", "rate=1", DNN_ERROR_PARAM, x);
  dnn_test_assert_rejects ("gaussian_dropout", "", DNN_ERROR_PARAM, x);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/gaussian_dropout/training", test_training);
  g_test_add_func ("/gaussian_dropout/inference", test_inference);
  g_test_add_func ("/gaussian_dropout/rejects", test_rejects);

  return g_test_run ();
}
