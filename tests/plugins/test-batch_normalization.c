/* test-batch_normalization.c - statistics of the batch, and of the past */
#include "dnn-test.h"

/* ε = 0 makes numbers for paper. */
#define PLAIN "epsilon=0 momentum=0.5"

static void
test_training (void)
{
  g_autoptr (DnnTest) bn = dnn_test_layer ("batch_normalization", PLAIN, 2, 2);

  g_test_summary ("The batch's mean and biased variance; the moving ones go "
                  "half the way to them");

  dnn_test_set (bn, "gamma", V (1, 10));
  dnn_test_set (bn, "beta", V (0, 5));
  dnn_test_set (bn, "x", V (1, 10, 3, 30));

  dnn_test_forward (bn);

  dnn_test_assert (bn, "y", V (-1, -5, 1, 15));
  dnn_test_assert (bn, "moving_mean", V (1, 10));
  dnn_test_assert (bn, "moving_variance", V (1, 50.5f));
}

static void
test_keras (void)
{
  g_autoptr (DnnTest) bn = dnn_test_layer ("batch_normalization", "", 3, 2);

  g_test_summary ("The numbers of Keras for its defaults");

  dnn_test_set (bn, "x", V (1, 2, 3, 6, 5, 1));

  dnn_test_forward (bn);

  dnn_test_assert (
      bn, "y", V (-1.224515f, -.462860f, 0, 1.388581f, 1.224516f, -.925721f));
  dnn_test_assert (bn, "moving_mean", V (.03f, .03f));
  dnn_test_assert (bn, "moving_variance", V (1.0166667f, 1.0366666f));
}

static void
test_inference (void)
{
  g_autoptr (DnnTest) bn = dnn_test_layer ("batch_normalization", PLAIN, 2, 1);

  g_test_summary ("Inference uses the moving statistics and leaves them");

  dnn_test_training (bn, false);
  dnn_test_set (bn, "moving_mean", V (3));
  dnn_test_set (bn, "moving_variance", V (4));
  dnn_test_set (bn, "x", V (1, 7));
  dnn_test_set (bn, "dy", V (1, 2));

  dnn_test_backward (bn);

  dnn_test_assert (bn, "y", V (-1, 2));
  dnn_test_assert (bn, "dx", V (0.5f, 1));
  dnn_test_assert (bn, "dgamma", V (3));
  dnn_test_assert (bn, "dbeta", V (3));
  dnn_test_assert (bn, "moving_mean", V (3));
  dnn_test_assert (bn, "moving_variance", V (4));
}

static void
test_backward (void)
{
  g_autoptr (DnnTest) bn = dnn_test_layer ("batch_normalization", PLAIN, 4, 1);

  g_test_summary ("dx = γ / σ (dy - mean dy - x̂ mean (dy x̂))");

  /* x̂ = -1, -1, 1, 1; σ = 2; mean dy = 1; mean (dy x̂) = -1 */
  dnn_test_set (bn, "gamma", V (6));
  dnn_test_set (bn, "x", V (0, 0, 4, 4));
  dnn_test_set (bn, "dy", V (4, 0, 0, 0));

  dnn_test_backward (bn);

  dnn_test_assert (bn, "dx", V (6, -6, 0, 0));
  dnn_test_assert (bn, "dgamma", V (-4));
  dnn_test_assert (bn, "dbeta", V (4));
}

static void
test_gradients (void)
{
  g_autoptr (DnnTest) bn = dnn_test_layer ("batch_normalization", "", 6, 3);

  g_test_summary ("Every derivative agrees with a finite difference");

  dnn_test_assert_gradients (bn);
}

static void
test_frozen (void)
{
  g_autoptr (DnnTest) bn = dnn_test_layer ("batch_normalization", PLAIN, 2, 1);

  g_test_summary ("Frozen is inference, even in training, and nothing moves");

  dnn_test_freeze (bn);
  dnn_test_set (bn, "moving_mean", V (3));
  dnn_test_set (bn, "moving_variance", V (4));
  dnn_test_set (bn, "x", V (1, 7));
  dnn_test_set (bn, "dy", V (1, 2));

  dnn_test_backward (bn);

  dnn_test_assert (bn, "y", V (-1, 2));
  dnn_test_assert (bn, "dx", V (0.5f, 1));
  dnn_test_assert (bn, "moving_mean", V (3));
  dnn_test_assert (bn, "moving_variance", V (4));
  dnn_test_assert_no_gradient (bn, "gamma");
}

static void
test_rejects (void)
{
  const DnnShape x = DNN_SHAPE (2, 3, 4), numbers = DNN_SHAPE (2);

  g_test_summary ("Mistakes have a code, and name the layer");

  dnn_test_assert_rejects ("batch_normalization", "momentum=2", DNN_ERROR_PARAM,
                           x);
  dnn_test_assert_rejects ("batch_normalization", "eps=1", DNN_ERROR_NAME, x);
  dnn_test_assert_rejects ("batch_normalization", "axis=0", DNN_ERROR_SHAPE, x);
  dnn_test_assert_rejects ("batch_normalization", "axis=3", DNN_ERROR_SHAPE, x);
  dnn_test_assert_rejects ("batch_normalization", "axis=1,2", DNN_ERROR_SHAPE,
                           x);
  dnn_test_assert_rejects ("batch_normalization", "", DNN_ERROR_SHAPE, numbers);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/batch_normalization/training", test_training);
  g_test_add_func ("/batch_normalization/keras", test_keras);
  g_test_add_func ("/batch_normalization/inference", test_inference);
  g_test_add_func ("/batch_normalization/backward", test_backward);
  g_test_add_func ("/batch_normalization/gradients", test_gradients);
  g_test_add_func ("/batch_normalization/frozen", test_frozen);
  g_test_add_func ("/batch_normalization/rejects", test_rejects);

  return g_test_run ();
}
