/* test-pools.c - pools at the edges, frames that do not fit, whole channels */
#include "dnn-test.h"

#include <math.h>

static void
test_ties (void)
{
  g_autoptr (DnnTest) pool = dnn_test_layer ("max_pooling1d", "", 1, 4, 1);

  g_test_summary ("The first of equal maxima takes the gradient");

  dnn_test_set (pool, "x", V (0, 0, 3, 3));
  dnn_test_set (pool, "dy", V (1, 2));

  dnn_test_backward (pool);

  dnn_test_assert (pool, "dx", V (1, 0, 2, 0));
}

static void
test_global_ties (void)
{
  g_autoptr (DnnTest) pool =
      dnn_test_layer ("global_max_pooling1d", "", 1, 4, 1);

  g_test_summary ("Equal maxima of a whole channel share the gradient");

  dnn_test_set (pool, "x", V (3, 0, 3, 1));
  dnn_test_set (pool, "dy", V (1));

  dnn_test_backward (pool);

  dnn_test_assert (pool, "dx", V (0.5, 0, 0.5, 0));
}

static void
test_nan (void)
{
  static const char *const chains[] = {
    "max_pooling1d pool_size=3", "global_max_pooling1d",
    "adaptive_max_pooling1d output_size=1"
  };

  g_test_summary ("A number that is none is not lost among larger ones");

  for (size_t i = 0; i < G_N_ELEMENTS (chains); i++) {
    g_autoptr (DnnTest) pool = dnn_test_new (chains[i], DNN_SHAPE (1, 3, 1));
    size_t n;

    dnn_test_set (pool, "x", V (1, NAN, 2));
    dnn_test_forward (pool);

    g_assert_true (isnan (dnn_test_get (pool, "y", &n)[0]));
  }
}

static void
test_infinite (void)
{
  g_autoptr (DnnTest) pool =
      dnn_test_layer ("max_pooling1d", "padding=same", 1, 3, 1);

  g_test_summary ("Padding never wins, not over -inf");

  dnn_test_set (pool, "x", V (1, 2, -INFINITY));
  dnn_test_forward (pool);

  dnn_test_assert (pool, "y", V (2, -INFINITY));
}

static void
test_channels (void)
{
  enum { N = 20, POSITIONS = 6, CHANNELS = 30 };
  g_autoptr (DnnTest) dropout = dnn_test_layer ("spatial_dropout2d", "rate=0.5",
                                                N, 2, POSITIONS / 2, CHANNELS);
  float ones[N * POSITIONS * CHANNELS];
  const float *y;
  size_t n, n_dropped = 0;

  g_test_summary ("A channel of a sample is dropped whole or not at all");

  for (size_t i = 0; i < G_N_ELEMENTS (ones); i++)
    ones[i] = 1;
  dnn_test_set (dropout, "x", ones, G_N_ELEMENTS (ones));
  dnn_test_forward (dropout);

  y = dnn_test_get (dropout, "y", &n);
  for (size_t i = 0; i < n; i++) {
    const size_t sample = i / (POSITIONS * CHANNELS);
    const float first = y[sample * POSITIONS * CHANNELS + i % CHANNELS];

    g_assert_true (y[i] == 0 || y[i] == 2);
    g_assert_cmpfloat (y[i], ==, first);
    n_dropped += y[i] == 0;
  }
  /* Three standard errors of a share of N * CHANNELS draws. */
  g_assert_cmpfloat_with_epsilon ((double) n_dropped / (double) n, 0.5,
                                  3 * sqrt (0.25 / (N * CHANNELS)));
}

static void
test_rejects (void)
{
  static const struct {
    const char *name;
    const char *params;
    DnnErrorCode code;
    DnnShape x;
  } rows[] = {
    { "max_pooling2d", "", DNN_ERROR_SHAPE, { 3, 0, { 2, 4, 3 } } },
    { "max_pooling1d", "pool_size=5", DNN_ERROR_SHAPE, { 3, 0, { 2, 4, 3 } } },
    { "max_pooling1d", "strides=0", DNN_ERROR_PARAM, { 3, 0, { 2, 4, 3 } } },
    { "max_pooling1d", "strides=1,2", DNN_ERROR_SHAPE, { 3, 0, { 2, 4, 3 } } },
    { "average_pooling1d", "", DNN_ERROR_PARAM, { 3, 0, { 2, 4, 3 } } },
    { "adaptive_max_pooling1d",
      "output_size=2,3",
      DNN_ERROR_SHAPE,
      { 3, 0, { 2, 4, 3 } } },
    { "cropping1d", "cropping=2,2", DNN_ERROR_SHAPE, { 3, 0, { 2, 4, 3 } } },
    { "cropping1d", "cropping=1,2,3", DNN_ERROR_SHAPE, { 3, 0, { 2, 4, 3 } } },
    { "zero_padding1d", "padding=-1", DNN_ERROR_PARAM, { 3, 0, { 2, 4, 3 } } },
    { "up_sampling1d",
      "interpolation=bilinear",
      DNN_ERROR_SHAPE,
      { 3, 0, { 2, 4, 3 } } },
    { "permute", "dims=1,1", DNN_ERROR_SHAPE, { 3, 0, { 2, 4, 3 } } },
    { "permute", "dims=1,3", DNN_ERROR_SHAPE, { 3, 0, { 2, 4, 3 } } },
    { "permute", "dims=1", DNN_ERROR_SHAPE, { 3, 0, { 2, 4, 3 } } },
    { "repeat_vector", "n=2", DNN_ERROR_SHAPE, { 3, 0, { 2, 4, 3 } } },
    { "group_normalization", "", DNN_ERROR_SHAPE, { 3, 0, { 2, 4, 3 } } },
    { "group_normalization",
      "groups=0",
      DNN_ERROR_SHAPE,
      { 3, 0, { 2, 4, 3 } } },
  };

  g_test_summary ("Mistakes have a code, and name the layer");

  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++)
    dnn_test_assert_rejects (rows[i].name, rows[i].params, rows[i].code,
                             rows[i].x);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/pools/ties", test_ties);
  g_test_add_func ("/pools/global-ties", test_global_ties);
  g_test_add_func ("/pools/nan", test_nan);
  g_test_add_func ("/pools/infinite", test_infinite);
  g_test_add_func ("/pools/channels", test_channels);
  g_test_add_func ("/pools/rejects", test_rejects);

  return g_test_run ();
}
