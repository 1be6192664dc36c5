/* test-parametrizations.c - weights that layers are handed as a plugin makes
 * them: the contract, PyTorch's and Keras' numbers, and the host's part */
#include "dnn-assert.h"
#include "dnn-host.h"
#include "dnn-test.h"

#include <math.h>
#include <string.h>

/* Parameters that change the formula; every one also runs as its example. */
static const char *const variants[] = {
  "lora(rank=2, alpha=3)",
  "weight_normalization(axis=0)",
  "spectral_normalization(power_iterations=3)",
  "pruning(schedule=polynomial, initial_sparsity=0.1, end_step=40, "
  "frequency=1)",
};

/* A layer whose output is what it is handed, as its input is the unit matrix.
 */
static DnnTest *
make_unit (const char *spec, const DnnShape *shape)
{
  const int64_t n = shape->dims[0];
  g_autofree char *chain = g_strdup_printf (
      "dense units=%d use_bias=false \"kernel_parametrization=%s\"",
      (int) shape->dims[1], spec);
  g_autofree float *unit = g_new0 (float, (gsize) (n * n));
  DnnTest *test = dnn_test_new (chain, DNN_SHAPE (n, n));

  for (int64_t i = 0; i < n; i++)
    unit[i * n + i] = 1;
  dnn_test_set (test, "x", unit, (size_t) (n * n));
  return test;
}

/* --- golden -------------------------------------------------------------- */

static void
set_golden (DnnTest *test, const char *name, JsonObject *object)
{
  size_t n;
  g_autofree float *numbers = dnn_golden_numbers (object, &n);

  dnn_test_set (test, name, numbers, n);
}

static void
assert_golden (DnnTest *test, const char *name, JsonObject *object)
{
  size_t n;
  g_autofree float *numbers = dnn_golden_numbers (object, &n);

  dnn_test_assert (test, name, numbers, n);
}

static void
test_golden (JsonObject *golden)
{
  JsonObject *w = json_object_get_object_member (golden, "w");
  JsonObject *before = json_object_get_object_member (golden, "before");
  JsonObject *after = json_object_get_object_member (golden, "after");
  const DnnShape shape = dnn_golden_shape (w);
  g_autoptr (DnnTest) test =
      make_unit (json_object_get_string_member (golden, "name"), &shape);
  g_autoptr (GList) given = json_object_get_members (before);
  g_autoptr (GList) expected = json_object_get_members (after);

  dnn_test_step (test, (uint64_t) json_object_get_int_member (golden, "step"));
  set_golden (test, "kernel", w);
  for (GList *l = given; l != NULL; l = l->next)
    set_golden (test, l->data, json_object_get_object_member (before, l->data));
  set_golden (test, "dy", json_object_get_object_member (golden, "dy"));

  dnn_test_backward (test);

  assert_golden (test, "y", json_object_get_object_member (golden, "y"));
  for (GList *l = expected; l != NULL; l = l->next)
    assert_golden (test, l->data,
                   json_object_get_object_member (after, l->data));
}

/* Keras writes the kernel itself, step by step: what comes out is the same. */
static void
test_keras (JsonObject *golden)
{
  JsonObject *w = json_object_get_object_member (golden, "w");
  const DnnShape shape = dnn_golden_shape (w);
  const size_t n = (size_t) (shape.dims[0] * shape.dims[1]);
  g_autoptr (DnnTest) test =
      make_unit (json_object_get_string_member (golden, "name"), &shape);
  size_t n_ys, n_us;
  g_autofree float *ys =
      dnn_golden_numbers (json_object_get_object_member (golden, "ys"), &n_ys);
  g_autofree float *us =
      dnn_golden_numbers (json_object_get_object_member (golden, "us"), &n_us);

  set_golden (test, "kernel", w);
  set_golden (test, "vector_u", json_object_get_object_member (golden, "u"));
  for (size_t i = 0; i < n_ys / n; i++) {
    const size_t columns = (size_t) shape.dims[1];

    dnn_test_forward (test);
    dnn_test_assert (test, "y", ys + i * n, n);
    dnn_test_assert (test, "vector_u", us + i * columns, columns);
  }
}

/* --- in models ----------------------------------------------------------- */

static const char *const models[] = {
  "dense units=4 kernel_parametrization=lora(rank=2) ! tanh ! dense units=3 "
  "kernel_parametrization=weight_normalization "
  "bias_parametrization=weight_normalization",
  "dense units=3 name=first kernel_parametrization=lora(rank=1) ! dense "
  "units=3 weights=first ! dense units=2",
  "dense units=3 kernel_parametrization=pruning(sparsity=0.4)",
};

static void
test_gradients (gconstpointer chain)
{
  g_autoptr (DnnTest) test = dnn_test_new (chain, DNN_SHAPE (4, 3));

  g_test_summary ("Gradients of weights and of what they are made with are the "
                  "numerical ones, also of weights that are shared");

  dnn_test_assert_gradients (test);
}

static void
test_frozen (void)
{
  g_autoptr (DnnTest) test = dnn_test_new (
      "dense units=3 kernel_parametrization=lora(rank=2)", DNN_SHAPE (4, 3));

  g_test_summary ("Of a frozen layer an adapter's weights get gradients, and "
                  "nothing else");

  dnn_test_freeze (test);
  dnn_test_randomize (test, 3);
  dnn_test_backward (test);

  dnn_test_assert_no_gradient (test, "kernel");
  dnn_test_assert_no_gradient (test, "bias");
  for (int i = 0; i < 2; i++) {
    size_t n;
    const float *dw = dnn_test_get (test, i > 0 ? "dlora_b" : "dlora_a", &n);

    g_assert_cmpfloat (fabsf (dw[0]), >, 0);
  }
}

static void
test_frozen_plain (void)
{
  g_autoptr (DnnTest) test =
      dnn_test_new ("dense units=3 kernel_parametrization=weight_normalization",
                    DNN_SHAPE (4, 3));

  g_test_summary ("What is no adapter rests with its layer");

  dnn_test_freeze (test);
  dnn_test_randomize (test, 3);
  dnn_test_backward (test);

  dnn_test_assert_no_gradient (test, "kernel");
  dnn_test_assert_no_gradient (test, "g");
}

static void
test_begins (gconstpointer spec)
{
  g_autofree char *chain = g_strdup_printf (
      "dense units=5 \"kernel_parametrization=%s\"", (const char *) spec);
  g_autoptr (DnnTest) plain = dnn_test_new ("dense units=5", DNN_SHAPE (2, 7));
  g_autoptr (DnnTest) made = dnn_test_new (chain, DNN_SHAPE (2, 7));
  g_autofree float *x = g_new (float, 14);
  const float *y;
  size_t n;

  g_test_summary ("A new model computes what it computes without");

  for (int i = 0; i < 14; i++)
    x[i] = sinf ((float) i);
  dnn_test_set (plain, "x", x, 14);
  dnn_test_set (made, "x", x, 14);
  dnn_test_forward (plain);
  dnn_test_forward (made);

  y = dnn_test_get (plain, "y", &n);
  dnn_test_assert (made, "y", y, n);
}

static void
test_threads (gconstpointer spec)
{
  const DnnShape shape = DNN_SHAPE (130, 70);
  g_autoptr (DnnTest) once = make_unit (spec, &shape);
  const float *w;
  size_t n;
  g_autofree float *first = NULL;

  g_test_summary ("Same bits on 1, 2 and 4 threads");

  w = dnn_test_get (once, "kernel", &n);
  for (unsigned threads = 1; threads <= 4; threads *= 2) {
    g_autoptr (DnnTest) test = make_unit (spec, &shape);
    const float *dw;

    dnn_test_threads (test, threads);
    dnn_test_set (test, "kernel", w, n);
    dnn_test_set (test, "dy", w, n);
    dnn_test_backward (test);
    dw = dnn_test_get (test, "dkernel", &n);
    if (first == NULL)
      first = g_memdup2 (dw, n * sizeof (float));
    g_assert_cmpmem (first, n * sizeof (float), dw, n * sizeof (float));
  }
}

/* --- refusals ------------------------------------------------------------ */

typedef struct {
  const char *name;
  const char *params;
  int code;
} Refused;

static const Refused refused[] = {
  { "unknown", "units=3 kernel_parametrization=lorra", DNN_ERROR_NAME },
  { "rank", "units=3 kernel_parametrization=lora(rank=4)", DNN_ERROR_SHAPE },
  { "axis", "units=3 kernel_parametrization=weight_normalization(axis=2)",
    DNN_ERROR_SHAPE },
  { "end-step", "units=3 kernel_parametrization=pruning(schedule=polynomial)",
    DNN_ERROR_SHAPE },
  { "no-weight", "units=3 kernl_parametrization=lora", DNN_ERROR_NAME },
  { "parameter", "units=3 kernel_parametrization=lora(rnk=2)", DNN_ERROR_NAME },
};

static void
test_refused (gconstpointer data)
{
  const Refused *row = data;

  g_test_summary ("Mistakes have a code, and the layer is named");

  dnn_test_assert_rejects ("dense", row->params, row->code, DNN_SHAPE (2, 3));
}

static void
add_parametrization (const char *spec)
{
  const DnnShape shapes[] = { DNN_SHAPE (6, 5), DNN_SHAPE (3, 3, 2, 4) };
  g_autofree char *threads =
      g_strdup_printf ("/parametrizations/%s/threads", spec);

  for (size_t i = 0; i < G_N_ELEMENTS (shapes); i++)
    dnn_test_add_checks ("parametrizations", DNN_KIND_PARAMETRIZATION, spec,
                         &shapes[i], 1);
  g_test_add_data_func_full (threads, g_strdup (spec), test_threads, g_free);
}

int
main (int argc, char *argv[])
{
  g_auto (GStrv) names = NULL;

  g_test_init (&argc, &argv, NULL);

  names = dnn_registry_names (dnn_test_registry (), DNN_KIND_PARAMETRIZATION);
  for (size_t i = 0; names[i] != NULL; i++)
    add_parametrization (names[i]);
  for (size_t i = 0; i < G_N_ELEMENTS (variants); i++)
    add_parametrization (variants[i]);
  dnn_test_add_golden ("parametrizations", 0, test_golden);
  dnn_test_add_golden ("spectral", 0, test_keras);
  for (size_t i = 0; i < G_N_ELEMENTS (models); i++) {
    g_autofree char *path =
        g_strdup_printf ("/parametrizations/gradients/%zu", i);

    g_test_add_data_func (path, models[i], test_gradients);
  }
  g_test_add_func ("/parametrizations/frozen-adapter", test_frozen);
  g_test_add_func ("/parametrizations/frozen", test_frozen_plain);
  g_test_add_data_func ("/parametrizations/begins/lora", "lora(rank=3)",
                        test_begins);
  g_test_add_data_func ("/parametrizations/begins/weight_normalization",
                        "weight_normalization", test_begins);
  for (size_t i = 0; i < G_N_ELEMENTS (refused); i++)
    dnn_add_row ("/parametrizations/refused", refused[i].name, &refused[i],
                 test_refused);

  return g_test_run ();
}
