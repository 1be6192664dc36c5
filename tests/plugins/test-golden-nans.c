/* test-golden-nans.c - where one number is NaN, results are NaN or not as
 * Keras'
 *
 * build-aux/golden/nans.py.  Gradients are left out: whether one is 0 or NaN
 * there is how a framework has written its formula, and no loss is finite then.
 */
#include "dnn-build.h"
#include "dnn-host.h"
#include "dnn-shape.h"
#include "dnn-test.h"

#include <math.h>

/* The member of that name; "nan" stands for NaN. */
static DnnTensor
tensor_of (JsonObject *golden, const char *name)
{
  JsonObject *array = json_object_get_object_member (golden, name);
  JsonArray *data = json_object_get_array_member (array, "data");
  const DnnShape shape = dnn_golden_shape (array);
  DnnTensor t = dnn_tensor_of (&shape);
  float *numbers = g_new0 (float, json_array_get_length (data) + 1);

  for (guint i = 0; i < json_array_get_length (data); i++) {
    JsonNode *node = json_array_get_element (data, i);

    numbers[i] = json_node_get_value_type (node) == G_TYPE_STRING
                     ? NAN
                     : (float) json_node_get_double (node);
  }
  t.data = numbers;
  return t;
}

static void
assert_nans (JsonObject *golden, const char *name, const float *actual)
{
  JsonArray *expected = json_object_get_array_member (golden, name);

  for (guint i = 0; i < json_array_get_length (expected); i++)
    if ((bool) json_array_get_boolean_element (expected, i) !=
        (bool) isnan (actual[i]))
      g_test_fail_printf ("%s[%u] is %g, and Keras' is%s NaN", name, i,
                          (double) actual[i], isnan (actual[i]) ? " not" : "");
}

static void
test_activation (gconstpointer data)
{
  JsonObject *golden = (JsonObject *) data;
  g_autoptr (DnnComponent) activation =
      dnn_golden_component (golden, DNN_KIND_ACTIVATION);
  const DnnActivationOps *ops = activation->code->ops;
  DnnTensor x = tensor_of (golden, "x");
  g_autofree float *numbers = x.data;
  g_autofree float *y = g_new0 (float, (gsize) dnn_count (&x));

  ops->eval (activation->self, &dnn_host, numbers, y, dnn_rows (&x),
             dnn_columns (&x));

  assert_nans (golden, "y", y);
}

static void
test_loss (gconstpointer data)
{
  JsonObject *golden = (JsonObject *) data;
  g_autoptr (DnnComponent) loss = dnn_golden_component (golden, DNN_KIND_LOSS);
  const DnnLossOps *ops = loss->code->ops;
  DnnTensor y_true = tensor_of (golden, "y_true");
  DnnTensor y_pred = tensor_of (golden, "y_pred");
  g_autofree float *t = y_true.data, *y = y_pred.data;
  g_autofree float *value = g_new0 (float, (gsize) y_pred.dims[0]);
  DnnContext context = { 0 };
  DnnLossPass pass = {
    .call = { DNN_END_OF (DnnLossPass, dy_pred), 0, &context },
    .y_true = &y_true,
    .y_pred = &y_pred,
    .value = value,
  };

  g_assert_cmpint (ops->value (loss->self, &dnn_host, &pass), ==, 0);

  assert_nans (golden, "value", value);
}

static void
test_metric (gconstpointer data)
{
  JsonObject *golden = (JsonObject *) data;
  g_autoptr (DnnComponent) metric =
      dnn_golden_component (golden, DNN_KIND_METRIC);
  const DnnMetricOps *ops = metric->code->ops;
  DnnTensor y_true = tensor_of (golden, "y_true");
  DnnTensor y_pred = tensor_of (golden, "y_pred");
  g_autofree float *t = y_true.data, *y = y_pred.data;
  const DnnTensor *x[] = { &y_pred, &y_true };
  g_autoptr (GError) error = NULL;
  g_autofree DnnBuilt *built = dnn_build (metric, "metric", x, 2, &error);
  g_autofree double *state = NULL;
  DnnContext context = { 0 };
  DnnMetricPass pass = {
    .call = { DNN_END_OF (DnnMetricPass, state), 0, &context },
    .y_true = &y_true,
    .y_pred = &y_pred,
  };
  const float number = (float) json_object_get_double_member (golden, "number");
  double result = 0;
  float actual;

  g_assert_no_error (error);
  pass.state = state = g_new0 (double, (gsize) built->n_state + 1);
  g_assert_cmpint (ops->update (metric->self, &dnn_host, &pass), ==, 0);
  ops->result (metric->self, state, built->n_state, &result);
  actual = (float) result;

  assert_nans (golden, "result", &actual);
  if (isfinite (actual))
    dnn_test_assert_close ("result", &actual, &number, 1);
}

static void
add (JsonObject *root, const char *member, GTestDataFunc test)
{
  JsonArray *cases = json_object_get_array_member (root, member);

  for (guint i = 0; i < json_array_get_length (cases); i++) {
    JsonObject *golden = json_array_get_object_element (cases, i);
    g_autofree char *path =
        g_strdup_printf ("/golden/nans/%s/%s", member,
                         json_object_get_string_member (golden, "name"));

    g_test_add_data_func (path, golden, test);
  }
}

int
main (int argc, char *argv[])
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autofree char *path =
      g_build_filename (g_getenv ("DNN_TEST_DATA"), "golden/nans.json", NULL);
  g_autoptr (GError) error = NULL;
  JsonObject *root;

  g_test_init (&argc, &argv, NULL);
  json_parser_load_from_file (parser, path, &error);
  g_assert_no_error (error);
  root = json_node_get_object (json_parser_get_root (parser));
  add (root, "activations", test_activation);
  add (root, "losses", test_loss);
  add (root, "metrics", test_metric);
  return g_test_run ();
}
