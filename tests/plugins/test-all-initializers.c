/* test-all-initializers.c - every initializer there is keeps the contract */
#include "dnn-test.h"

#include "dnn-host.h"

#include <math.h>
#include <string.h>

/* Parameters that change the formula; every one also runs as its
 * example. */
static const char *const variants[] = {
  "constant(value=3)",
  "identity(gain=0.5)",
  "orthogonal(gain=2)",
  "random_uniform(minval=1, maxval=2)",
  "random_normal(mean=5, stddev=2)",
  "truncated_normal(mean=-1, stddev=0.1)",
  "variance_scaling(distribution=uniform)",
  "variance_scaling(distribution=untruncated_normal, mode=fan_out)",
  "variance_scaling(mode=fan_avg, scale=2)",
};

/* A weight that is filled twice, between two fences. */
enum { ROWS = 60, COLUMNS = 50, N = ROWS * COLUMNS, FENCE = 8 };

typedef struct {
  float numbers[FENCE + N + FENCE];
} Weight;

static void
fill (const char *spec, unsigned n_threads, uint64_t seed, Weight *w)
{
  g_autoptr (DnnPool) pool = dnn_pool_new (n_threads);
  GError *error = NULL;
  g_autoptr (DnnComponent) initializer = dnn_component_parse (
      dnn_test_registry (), DNN_KIND_INITIALIZER, spec, &error);
  const DnnInitializerOps *ops;
  DnnTensor t = { w->numbers + FENCE, DNN_FLOAT32, 2, { ROWS, COLUMNS } };
  DnnContext context = { .pool = pool, .key = { .seed = seed, .owner = 7 } };
  DnnFill f = {
    { DNN_END_OF (DnnFill, fan_out), 0, &context }, &t, ROWS, COLUMNS
  };

  g_assert_no_error (error);
  ops = initializer->code->ops;
  for (size_t i = 0; i < G_N_ELEMENTS (w->numbers); i++)
    w->numbers[i] = NAN;
  g_assert_cmpint (ops->fill (initializer->self, &dnn_host, &f), ==, 0);
  g_assert_null (context.message);
}

static void
test_same_key (const void *data)
{
  g_autofree Weight *once = g_new (Weight, 1), *again = g_new (Weight, 1);

  g_test_summary ("The same key gives the same bits, on 1, 2 and 4 threads");

  fill (data, 1, 5, once);
  for (unsigned n_threads = 1; n_threads <= 4; n_threads *= 2) {
    fill (data, n_threads, 5, again);
    g_assert_cmpmem (once->numbers + FENCE, N * sizeof (float),
                     again->numbers + FENCE, N * sizeof (float));
  }
}

static void
test_other_key (const void *data)
{
  g_autofree Weight *once = g_new (Weight, 1), *other = g_new (Weight, 1);
  const float *a = once->numbers + FENCE, *b = other->numbers + FENCE;
  size_t n_same = 0;

  g_test_summary ("Another seed gives other numbers, or all are constants");

  fill (data, 1, 5, once);
  fill (data, 1, 6, other);

  for (size_t i = 0; i < N; i++)
    n_same += a[i] == b[i];
  g_assert_true (n_same < N / 100 || n_same == N);
}

static void
test_written (const void *data)
{
  g_autofree Weight *w = g_new (Weight, 1);
  double sum = 0, square = 0;

  g_test_summary ("Every element is written, none beside them, and the "
                  "moments are finite");

  fill (data, 1, 5, w);

  for (size_t i = 0; i < FENCE; i++) {
    g_assert_true (isnan (w->numbers[i]));
    g_assert_true (isnan (w->numbers[FENCE + N + i]));
  }
  for (size_t i = 0; i < N; i++) {
    g_assert_true (isfinite (w->numbers[FENCE + i]));
    sum += (double) w->numbers[FENCE + i];
    square += pow ((double) w->numbers[FENCE + i], 2);
  }
  g_assert_cmpfloat (fabs (sum / N), <, 10);
  g_assert_cmpfloat (square / N, <, 100);
}

static void
test_in_model (const void *data)
{
  g_autofree char *chain = g_strdup_printf (
      "dense units=%d kernel_initializer=\"%s\"", COLUMNS, (const char *) data);
  g_autoptr (DnnTest) test = dnn_test_new (chain, DNN_SHAPE (1, ROWS));
  size_t n;
  const float *kernel = dnn_test_get (test, "kernel", &n);

  g_test_summary ("A model's weight can name it");

  for (size_t i = 0; i < n; i++)
    g_assert_true (isfinite (kernel[i]));
}

static void
add_initializer (const char *spec)
{
  static const struct {
    const char *name;
    GTestDataFunc test;
  } tests[] = {
    { "same-key", test_same_key },
    { "other-key", test_other_key },
    { "written", test_written },
    { "in-model", test_in_model },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (tests); i++) {
    g_autofree char *path =
        g_strdup_printf ("/all-initializers/%s/%s", spec, tests[i].name);

    g_test_add_data_func_full (path, g_strdup (spec), tests[i].test, g_free);
  }
}

int
main (int argc, char *argv[])
{
  g_auto (GStrv) names = NULL;

  g_test_init (&argc, &argv, NULL);

  names = dnn_registry_names (dnn_test_registry (), DNN_KIND_INITIALIZER);
  g_assert_cmpuint (g_strv_length (names), >, 0);
  for (size_t i = 0; names[i] != NULL; i++) {
    g_autoptr (DnnExample) example =
        dnn_test_example (DNN_KIND_INITIALIZER, names[i]);

    add_initializer (example->spec);
  }
  for (size_t i = 0; i < G_N_ELEMENTS (variants); i++)
    add_initializer (variants[i]);

  return g_test_run ();
}
