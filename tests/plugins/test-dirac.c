/* test-dirac.c - convolutions that pass their first channels on */
#include "dnn-test.h"

/* Places of the weight that are not 0 must be these, with this value.  Made
 * with torch.nn.init.dirac_, axes in our order. */
static void
check (const char *chain, DnnShape input, const size_t *places, size_t n_places,
       float value)
{
  g_autoptr (DnnTest) test = dnn_test_new (chain, input);
  size_t n, found = 0;
  const float *w = dnn_test_get (test, "kernel", &n);

  for (size_t i = 0; i < n; i++) {
    if (w[i] == 0)
      continue;
    g_assert_cmpuint (found, <, n_places);
    g_assert_cmpuint (i, ==, places[found]);
    g_assert_cmpfloat (w[i], ==, value);
    found++;
  }
  g_assert_cmpuint (found, ==, n_places);
}

static void
test_groups (void)
{
  /* (1, 2, 0, 0), (1, 2, 0, 3), (1, 2, 1, 1), (1, 2, 1, 4) of 3 x 4 x 2 x 6 */
  static const size_t places[] = { 72, 75, 79, 82 };

  g_test_summary ("In each group the first filters are copies of its channels");

  check ("conv2d filters=6 kernel_size=3,4 groups=2 "
         "kernel_initializer=dirac(groups=2,gain=2)",
         DNN_SHAPE (1, 5, 5, 4), places, 4, 2);
}

static void
test_fewer_filters (void)
{
  /* (1, 0, 0), (1, 1, 1) of 3 x 3 x 2 */
  static const size_t places[] = { 6, 9 };

  g_test_summary ("Fewer filters than channels pass on the first of them");

  check ("conv1d filters=2 kernel_size=3 kernel_initializer=dirac",
         DNN_SHAPE (1, 5, 3), places, 2, 1);
}

static void
test_identity (void)
{
  static const float x[] = { 1, -2, 3, 4, 5, 6, -7, 8, 9 };
  g_autoptr (DnnTest) test =
      dnn_test_new ("conv2d filters=1 kernel_size=3 padding=same "
                    "kernel_initializer=dirac",
                    DNN_SHAPE (1, 3, 3, 1));
  const float *y;
  size_t n;

  g_test_summary ("Such a convolution is the identity");

  dnn_test_set (test, "x", x, 9);
  dnn_test_forward (test);
  y = dnn_test_get (test, "y", &n);

  for (size_t i = 0; i < n; i++)
    g_assert_cmpfloat (y[i], ==, x[i]);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/dirac/groups", test_groups);
  g_test_add_func ("/dirac/fewer-filters", test_fewer_filters);
  g_test_add_func ("/dirac/identity", test_identity);

  return g_test_run ();
}
