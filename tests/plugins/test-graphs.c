/* test-graphs.c - gradients through graphs that share, fork and join
 *
 * The arena is full of NaN before each pass: what is read before it is
 * written, or written over too early, shows up in the gradients.
 */
#include "dnn-test.h"

#include <string.h>

typedef struct {
  const char *name;
  const char *chain;
  DnnShape input;
} Row;

#define SHAPE(...)                                                             \
  {                                                                            \
    DNN_ARGS_COUNT (__VA_ARGS__), 0,                                           \
    {                                                                          \
      __VA_ARGS__                                                              \
    }                                                                          \
  }

static const Row rows[] = {
  { "deep",
    "dense units=5 ! elu ! dense units=4 activation=tanh ! "
    "batch_normalization ! gelu ! dense units=3 ! softmax",
    SHAPE (4, 6) },
  { "residual",
    "dense name=a units=4 activation=tanh ! dense units=4 ! tanh name=t ! "
    "add input=a,t ! dense units=2",
    SHAPE (3, 4) },
  { "fork-of-input",
    "dense name=a units=4 ! sigmoid name=s input=input ! add input=a,s",
    SHAPE (3, 4) },
  { "merges",
    "dense name=a units=4 ! tanh name=t ! multiply name=m input=a,t ! "
    "maximum name=x input=m,a ! average name=v input=x,t,m ! "
    "subtract name=s input=v,x ! minimum name=n input=s,a ! dot input=n,t",
    SHAPE (3, 4) },
  { "normalizations",
    "dense units=5 ! rms_normalization ! dense units=4 ! unit_normalization ! "
    "gaussian_dropout rate=0.2 ! dense units=2",
    SHAPE (3, 4) },
  { "twice-the-same", "tanh ! add input=tanh,tanh ! dense units=2",
    SHAPE (3, 4) },
  { "three-users",
    "dense name=a units=3 ! tanh name=t ! silu name=s input=a ! "
    "dense name=d units=3 input=a ! add input=t,s,d",
    SHAPE (3, 4) },
  { "shared-weights",
    "dense name=a units=4 activation=tanh ! dense name=b units=4 weights=a ! "
    "tanh ! dense name=c units=4 weights=a",
    SHAPE (3, 4) },
  { "shared-side-by-side",
    "dense name=a units=4 ! dense name=b units=4 weights=a input=input ! "
    "tanh name=t ! concatenate input=a,t",
    SHAPE (3, 4) },
  { "in-place",
    "dense units=4 ! rescaling scale=2 ! flatten ! dropout rate=0.3 ! "
    "reshape target_shape=2,2 ! flatten ! dense units=3",
    SHAPE (3, 4) },
  { "in-place-after-activation",
    "dense units=4 activation=tanh ! rescaling scale=3 ! gaussian_noise "
    "stddev=0.1 ! softmax ! rescaling scale=-1 activation=elu",
    SHAPE (3, 4) },
  { "in-place-of-forked",
    "dense name=a units=4 ! dropout name=d rate=0.5 ! "
    "rescaling name=r scale=2 input=a ! add input=d,r ! prelu",
    SHAPE (3, 4) },
  { "only-activations", "tanh ! sigmoid ! softplus", SHAPE (3, 4) },
  { "normalized-twice",
    "layer_normalization ! prelu ! batch_normalization activation=selu",
    SHAPE (5, 4) },
  { "many-dimensions",
    "dense units=3 activation=gelu ! layer_normalization ! concatenate "
    "input=dense,layer_normalization axis=1 ! flatten ! dense units=2",
    SHAPE (2, 3, 4) },
};

static void
test_gradients (const void *data)
{
  const Row *row = data;
  g_autoptr (DnnTest) test = dnn_test_new (row->chain, row->input);

  g_test_summary ("Derivatives of the whole are the numerical ones");

  dnn_test_assert_gradients (test);
}

/* Bits of a tensor, kept. */
static float *
copy_of (DnnTest *test, const char *name, size_t *ret_n)
{
  const float *values = dnn_test_get (test, name, ret_n);

  return g_memdup2 (values, *ret_n * sizeof *values);
}

static void
test_threads (const void *data)
{
  const Row *row = data;
  DnnShape large = row->input;
  g_autoptr (DnnTest) test = NULL;
  g_autofree float *y = NULL, *dx = NULL;
  size_t n_y, n_dx;

  g_test_summary ("1, 2 and 4 threads give the same bits");

  large.dims[0] = 6000;
  test = dnn_test_new (row->chain, large);
  dnn_test_randomize (test, 5);
  dnn_test_backward (test);
  y = copy_of (test, "y", &n_y);
  dx = copy_of (test, "dx", &n_dx);

  for (unsigned n_threads = 2; n_threads <= 4; n_threads *= 2) {
    dnn_test_threads (test, n_threads);
    dnn_test_backward (test);

    g_assert_cmpmem (y, n_y * sizeof *y, dnn_test_get (test, "y", &n_y),
                     n_y * sizeof *y);
    g_assert_cmpmem (dx, n_dx * sizeof *dx, dnn_test_get (test, "dx", &n_dx),
                     n_dx * sizeof *dx);
  }
}

/* With everything frozen dx is what it is when all train, but for layers that
 * are another function then. */
static void
test_frozen (const void *data)
{
  const Row *row = data;
  g_autoptr (DnnTest) test = dnn_test_new (row->chain, row->input);
  g_autofree float *dx = NULL;
  size_t n;

  g_test_summary ("Freezing all changes no dx, and leaves no gradient");

  if (strstr (row->chain, "batch_normalization") != NULL) {
    g_test_skip ("batch normalization is another function when frozen");
    return;
  }
  dnn_test_randomize (test, 5);
  dnn_test_backward (test);
  dx = copy_of (test, "dx", &n);
  dnn_test_freeze (test);
  dnn_test_backward (test);

  g_assert_cmpmem (dx, n * sizeof *dx, dnn_test_get (test, "dx", &n),
                   n * sizeof *dx);
  for (size_t i = 0; i < dnn_model_n_weights (dnn_test_model (test)); i++)
    dnn_test_assert_no_gradient (
        test, dnn_model_weight (dnn_test_model (test), i)->name);
}

int
main (int argc, char *argv[])
{
  static const struct {
    const char *name;
    GTestDataFunc test;
  } tests[] = {
    { "gradients", test_gradients },
    { "threads", test_threads },
    { "frozen", test_frozen },
  };

  g_test_init (&argc, &argv, NULL);

  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++)
    for (size_t j = 0; j < G_N_ELEMENTS (tests); j++) {
      g_autofree char *path =
          g_strdup_printf ("/graphs/%s/%s", rows[i].name, tests[j].name);

      g_test_add_data_func (path, &rows[i], tests[j].test);
    }

  return g_test_run ();
}
