/* test-golden-layers.c - layers as Keras computed them, through the host */
#include "dnn-test.h"

static void
set (DnnTest *test, const char *name, JsonObject *array)
{
  size_t n;
  g_autofree float *numbers = dnn_golden_numbers (array, &n);

  dnn_test_set (test, name, numbers, n);
}

static void
expect (DnnTest *test, const char *name, JsonObject *array)
{
  size_t n;
  g_autofree float *numbers = dnn_golden_numbers (array, &n);

  dnn_test_assert (test, name, numbers, n);
}

/* Every member of the object `member`, by the name `prefix` + its own. */
static void
for_all (DnnTest *test, JsonObject *golden, const char *member,
         const char *prefix,
         void (*body) (DnnTest *, const char *, JsonObject *))
{
  JsonObjectIter iter;
  const char *name;
  JsonNode *value;

  json_object_iter_init_ordered (
      &iter, json_object_get_object_member (golden, member));
  while (json_object_iter_next_ordered (&iter, &name, &value)) {
    g_autofree char *full = g_strconcat (prefix, name, NULL);

    body (test, full, json_node_get_object (value));
  }
}

static void
test_case (JsonObject *golden)
{
  g_autofree char *params = dnn_golden_params (golden);
  g_autofree char *chain = g_strconcat (
      json_object_get_string_member (golden, "name"), " ", params, NULL);
  JsonObject *x = json_object_get_object_member (golden, "x");
  g_autoptr (DnnTest) test = dnn_test_new (chain, dnn_golden_shape (x));

  dnn_test_training (test, json_object_get_boolean_member (golden, "training"));
  for_all (test, golden, "weights", "", set);
  set (test, "x", x);
  set (test, "dy", json_object_get_object_member (golden, "dy"));

  dnn_test_backward (test);

  expect (test, "y", json_object_get_object_member (golden, "y"));
  expect (test, "dx", json_object_get_object_member (golden, "dx"));
  for_all (test, golden, "grads", "d", expect);
  for_all (test, golden, "weights_after", "", expect);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  dnn_test_add_golden ("layers", DNN_KIND_LAYER, test_case);
  dnn_test_add_golden ("more-layers", DNN_KIND_LAYER, test_case);
  dnn_test_add_golden ("convolutions", DNN_KIND_LAYER, test_case);
  dnn_test_add_golden ("images-pools", DNN_KIND_LAYER, test_case);

  return g_test_run ();
}
