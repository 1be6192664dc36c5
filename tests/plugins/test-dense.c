/* test-dense.c - y = x W + b, on numbers small enough for paper */
#include "dnn-test.h"

static void
test_forward (void)
{
  g_autoptr (DnnTest) dense = dnn_test_layer ("dense", "units=2", 2, 3);

  g_test_summary ("y = x W + b");

  dnn_test_set (dense, "kernel", V (1, 2, 3, 4, 5, 6));
  dnn_test_set (dense, "bias", V (10, 20));
  dnn_test_set (dense, "x", V (1, 0, 0, 0, 1, 1));

  dnn_test_forward (dense);

  dnn_test_assert (dense, "y", V (11, 22, 18, 30));
}

static void
test_backward (void)
{
  g_autoptr (DnnTest) dense = dnn_test_layer ("dense", "units=2", 2, 3);

  g_test_summary ("dW = xᵀ dy, db = Σ dy, dx = dy Wᵀ");

  dnn_test_set (dense, "kernel", V (1, 2, 3, 4, 5, 6));
  dnn_test_set (dense, "x", V (1, 0, 2, 0, 1, 1));
  dnn_test_set (dense, "dy", V (1, 0, 0, 2));

  dnn_test_backward (dense);

  dnn_test_assert (dense, "dkernel", V (1, 0, 0, 2, 2, 2));
  dnn_test_assert (dense, "dbias", V (1, 2));
  dnn_test_assert (dense, "dx", V (1, 3, 5, 4, 8, 12));
}

static void
test_no_bias (void)
{
  g_autoptr (DnnTest) dense =
      dnn_test_layer ("dense", "units=1 use_bias=false", 1, 2);

  g_test_summary ("Without a bias there is nothing but the product");

  dnn_test_set (dense, "kernel", V (2, 3));
  dnn_test_set (dense, "x", V (1, 10));

  dnn_test_forward (dense);

  dnn_test_assert (dense, "y", V (32));
  g_assert_cmpuint (dnn_model_n_weights (dnn_test_model (dense)), ==, 1);
}

static void
test_many_dimensions (void)
{
  g_autoptr (DnnTest) dense = dnn_test_layer ("dense", "units=1", 1, 2, 2);

  g_test_summary ("All dimensions but the last are rows");

  dnn_test_set (dense, "kernel", V (1, 10));
  dnn_test_set (dense, "x", V (1, 2, 3, 4));

  dnn_test_forward (dense);

  dnn_test_assert (dense, "y", V (21, 43));
}

static void
test_gradients (void)
{
  g_autoptr (DnnTest) dense =
      dnn_test_layer ("dense", "units=4 activation=tanh", 5, 3);

  g_test_summary ("Every derivative agrees with a finite difference");

  dnn_test_assert_gradients (dense);
}

static void
test_frozen (void)
{
  g_autoptr (DnnTest) dense = dnn_test_layer ("dense", "units=2", 1, 2);

  g_test_summary ("A frozen layer still passes dL/dx down, and learns nothing");

  dnn_test_freeze (dense);
  dnn_test_set (dense, "kernel", V (1, 2, 3, 4));
  dnn_test_set (dense, "dy", V (1, 1));

  dnn_test_backward (dense);

  dnn_test_assert (dense, "dx", V (3, 7));
  dnn_test_assert_no_gradient (dense, "kernel");
  dnn_test_assert_no_gradient (dense, "bias");
}

static void
test_rejects (void)
{
  const DnnShape x = DNN_SHAPE (2, 3), numbers = DNN_SHAPE (2);

  g_test_summary ("Mistakes have a code, and name the layer");

  dnn_test_assert_rejects ("dense", "units=0", DNN_ERROR_PARAM, x);
  dnn_test_assert_rejects ("dense", "units=two", DNN_ERROR_PARAM, x);
  dnn_test_assert_rejects ("dense", "", DNN_ERROR_PARAM, x);
  dnn_test_assert_rejects ("dense", "unit=2", DNN_ERROR_NAME, x);
  dnn_test_assert_rejects ("dense", "units=2", DNN_ERROR_SHAPE, numbers);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/dense/forward", test_forward);
  g_test_add_func ("/dense/backward", test_backward);
  g_test_add_func ("/dense/no-bias", test_no_bias);
  g_test_add_func ("/dense/many-dimensions", test_many_dimensions);
  g_test_add_func ("/dense/gradients", test_gradients);
  g_test_add_func ("/dense/frozen", test_frozen);
  g_test_add_func ("/dense/rejects", test_rejects);

  return g_test_run ();
}
