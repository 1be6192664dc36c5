/* test-all-activations.c - every activation there is keeps the contract */
#include "dnn-test.h"

#include "dnn-host.h"

#include <math.h>

/* Parameters that change the formula; every activation also runs as its
 * example. */
static const char *const variants[] = {
  "celu(alpha=0.5)",       "elu(alpha=0.5)",           "gelu(approximate=true)",
  "leaky_relu(alpha=0.1)", "relu(negative_slope=0.2)", "relu(max_value=1)",
  "relu(threshold=0.5)",   "squareplus(b=0.5)",
};

/* Far out and at the edges an activation may be infinite, but no NaN. */
static void
test_far_out (const void *data)
{
  static const float x[] = {
    -1e30f, -100, -1e-30f, -0.0f, 0, 1e-30f, 100, 1e30f
  };
  enum { N = G_N_ELEMENTS (x) };
  float y[N], dx[N], dy[N];
  GError *error = NULL;
  g_autoptr (DnnComponent) activation = dnn_component_parse (
      dnn_test_registry (), DNN_KIND_ACTIVATION, data, &error);
  const DnnActivationOps *ops;

  g_test_summary ("Large, small and zero inputs give no NaN");

  g_assert_no_error (error);
  ops = activation->code->ops;
  for (int i = 0; i < N; i++)
    dy[i] = 1;

  ops->eval (activation->self, &dnn_host, x, y, 1, N);
  ops->grad (activation->self, &dnn_host, x, y, dy, dx, 1, N);

  for (int i = 0; i < N; i++) {
    if (isnan (y[i]) || (isnan (dx[i]) && isfinite (y[i])))
      g_error ("at %g: y = %g, dx = %g", (double) x[i], (double) y[i],
               (double) dx[i]);
  }
}

/* As a layer of its own, and as the key of one. */
static void
test_host (const void *data)
{
  GError *error = NULL;
  g_autoptr (DnnSpec) spec = dnn_spec_parse (data, (DnnPlace){ 0 }, &error);
  g_autoptr (DnnExample) example =
      dnn_test_example (DNN_KIND_ACTIVATION, spec->name);
  g_autofree char *chain = dnn_test_chain (example->spec);
  g_autofree char *key =
      g_strdup_printf ("dense units=4 activation=%s", (const char *) data);
  g_autofree char *layers =
      g_strdup_printf ("dense units=4 ! %s ! dense units=3 ! %s", chain, chain);
  g_autoptr (DnnTest) as_key = dnn_test_new (key, DNN_SHAPE (3, 5));
  g_autoptr (DnnTest) as_layers = dnn_test_new (layers, DNN_SHAPE (3, 5));

  g_test_summary ("Run by the host, its derivative is the numerical one");

  dnn_test_assert_gradients (as_key);
  dnn_test_assert_gradients (as_layers);
}

static void
add_activation (const char *spec)
{
  const DnnShape shape = DNN_SHAPE (6, 37);
  g_autofree char *far = g_strdup_printf ("/all-activations/%s/far-out", spec);
  g_autofree char *host = g_strdup_printf ("/all-activations/%s/host", spec);

  dnn_test_add_checks ("all-activations", DNN_KIND_ACTIVATION, spec, &shape, 1);
  g_test_add_data_func_full (far, g_strdup (spec), test_far_out, g_free);
  g_test_add_data_func_full (host, g_strdup (spec), test_host, g_free);
}

int
main (int argc, char *argv[])
{
  g_auto (GStrv) names = NULL;

  g_test_init (&argc, &argv, NULL);

  names = dnn_registry_names (dnn_test_registry (), DNN_KIND_ACTIVATION);
  g_assert_cmpuint (g_strv_length (names), >, 0);
  for (size_t i = 0; names[i] != NULL; i++) {
    g_autoptr (DnnExample) example =
        dnn_test_example (DNN_KIND_ACTIVATION, names[i]);

    add_activation (example->spec);
  }
  for (size_t i = 0; i < G_N_ELEMENTS (variants); i++)
    add_activation (variants[i]);

  return g_test_run ();
}
