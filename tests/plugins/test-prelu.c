/* test-prelu.c - a slope of its own for every element */
#include "dnn-test.h"

static void
test_forward (void)
{
  g_autoptr (DnnTest) prelu = dnn_test_layer ("prelu", "", 2, 3);

  g_test_summary ("x above zero, αx below; α is of the sample's shape");

  dnn_test_set (prelu, "alpha", V (0.5f, 2, 0));
  dnn_test_set (prelu, "x", V (-2, 3, -4, 1, -1, 5));

  dnn_test_forward (prelu);

  dnn_test_assert (prelu, "y", V (-1, 3, 0, 1, -2, 5));
}

static void
test_backward (void)
{
  g_autoptr (DnnTest) prelu = dnn_test_layer ("prelu", "", 2, 2);

  g_test_summary ("dα sums dy x over the samples where x is below zero");

  dnn_test_set (prelu, "alpha", V (0.5f, 2));
  dnn_test_set (prelu, "x", V (-2, 3, -4, -1));
  dnn_test_set (prelu, "dy", V (1, 10, 100, 1000));

  dnn_test_backward (prelu);

  dnn_test_assert (prelu, "dalpha", V (-402, -1000));
  dnn_test_assert (prelu, "dx", V (0.5f, 10, 50, 2000));
}

static void
test_shared (void)
{
  g_autoptr (DnnTest) prelu =
      dnn_test_layer ("prelu", "shared_axes=1", 1, 2, 2);

  g_test_summary ("Along a shared axis α is the same");

  dnn_test_set (prelu, "alpha", V (10, 100));
  dnn_test_set (prelu, "x", V (-1, -2, -3, -4));
  dnn_test_set (prelu, "dy", V (1, 1, 1, 1));

  dnn_test_backward (prelu);

  dnn_test_assert (prelu, "y", V (-10, -200, -30, -400));
  dnn_test_assert (prelu, "dalpha", V (-4, -6));
}

static void
test_starts_as_relu (void)
{
  g_autoptr (DnnTest) prelu = dnn_test_layer ("prelu", "", 1, 2);

  g_test_summary ("As in Keras α starts at zero");

  dnn_test_set (prelu, "x", V (-5, 5));

  dnn_test_forward (prelu);

  dnn_test_assert (prelu, "y", V (0, 5));
}

static void
test_frozen (void)
{
  g_autoptr (DnnTest) prelu = dnn_test_layer ("prelu", "", 1, 2);

  g_test_summary ("Frozen, dx is there and dα is not");

  dnn_test_freeze (prelu);
  dnn_test_set (prelu, "alpha", V (0.5f, 0.5f));
  dnn_test_set (prelu, "x", V (-1, 1));
  dnn_test_set (prelu, "dy", V (4, 4));

  dnn_test_backward (prelu);

  dnn_test_assert (prelu, "dx", V (2, 4));
  dnn_test_assert_no_gradient (prelu, "alpha");
}

static void
test_rejects (void)
{
  const DnnShape x = DNN_SHAPE (2, 3);

  g_test_summary ("Mistakes have a code, and name the layer");

  dnn_test_assert_rejects ("prelu", "shared_axes=0", DNN_ERROR_PARAM, x);
  dnn_test_assert_rejects ("prelu", "shared_axes=2", DNN_ERROR_SHAPE, x);
  dnn_test_assert_rejects ("prelu", "shared=1", DNN_ERROR_NAME, x);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/prelu/forward", test_forward);
  g_test_add_func ("/prelu/backward", test_backward);
  g_test_add_func ("/prelu/shared", test_shared);
  g_test_add_func ("/prelu/starts-as-relu", test_starts_as_relu);
  g_test_add_func ("/prelu/frozen", test_frozen);
  g_test_add_func ("/prelu/rejects", test_rejects);

  return g_test_run ();
}
