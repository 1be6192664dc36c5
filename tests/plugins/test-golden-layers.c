/* test-golden-layers.c - layers as Keras computed them, through the host */
#include "dnn-test.h"

#include <string.h>

static void
set (DnnTest *test, const char *name, JsonObject *array)
{
  size_t n;
  g_autofree float *numbers = dnn_golden_numbers (array, &n);

  dnn_test_set (test, name, numbers, n);
}

/* Sums of many products of numbers of about 1: within 1e-5 of the largest. */
static void
expect_near (DnnTest *test, const char *name, JsonObject *array)
{
  size_t n, count;
  g_autofree float *numbers = dnn_golden_numbers (array, &n);
  const float *actual = dnn_test_get (test, name, &count);
  float largest = 1;

  g_assert_cmpuint (count, ==, n);
  for (size_t i = 0; i < n; i++)
    largest = MAX (largest, ABS (numbers[i]));
  for (size_t i = 0; i < n; i++)
    g_assert_cmpfloat_with_epsilon (actual[i], numbers[i], 1e-5 * largest);
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

/* --- two inputs ---------------------------------------------------------- */

/* Of a layer with two inputs; rows of x are theirs side by side. */
typedef struct {
  size_t n[2]; /* numbers of a sample of each */
  size_t samples;
  char *size[2]; /* (owned) "3,4" */
} Pair;

static void
pair_clear (Pair *pair)
{
  for (int i = 0; i < 2; i++)
    g_free (pair->size[i]);
}

static void
pair_init (Pair *pair, JsonObject *golden)
{
  static const char *const names[] = { "x", "x1" };

  for (int i = 0; i < 2; i++) {
    const DnnShape shape =
        dnn_golden_shape (json_object_get_object_member (golden, names[i]));
    g_autoptr (GString) size = g_string_new (NULL);

    pair->samples = (size_t) shape.dims[0];
    pair->n[i] = 1;
    for (uint32_t k = 1; k < shape.n_dims; k++) {
      pair->n[i] *= (size_t) shape.dims[k];
      g_string_append_printf (size, "%s%d", k > 1 ? "," : "",
                              (int) shape.dims[k]);
    }
    pair->size[i] = g_string_free (g_steal_pointer (&size), FALSE);
  }
}

/* Both members of the case, row by row. */
static float *
side_by_side (const Pair *pair, JsonObject *golden, const char *const names[2])
{
  const size_t width = pair->n[0] + pair->n[1];
  float *both = g_new0 (float, pair->samples *width);

  for (size_t i = 0; i < 2; i++) {
    size_t n;
    g_autofree float *one = dnn_golden_numbers (
        json_object_get_object_member (golden, names[i]), &n);

    g_assert_cmpuint (n, ==, pair->samples * pair->n[i]);
    for (size_t s = 0; s < pair->samples; s++)
      memcpy (both + s * width + i * pair->n[0], one + s * pair->n[i],
              pair->n[i] * sizeof (float));
  }
  return both;
}

/* The kernel that takes the part number i of a row. */
static void
choose (DnnTest *test, const Pair *pair, size_t i, const char *name)
{
  const size_t n = pair->n[i], rows = pair->n[0] + pair->n[1];
  g_autofree float *kernel = g_new0 (float, rows *n);

  for (size_t k = 0; k < n; k++)
    kernel[(i * pair->n[0] + k) * n + k] = 1;
  dnn_test_set (test, name, kernel, rows * n);
}

static void
test_pair (JsonObject *golden)
{
  static const char *const x_names[] = { "x", "x1" };
  static const char *const dx_names[] = { "dx", "dx1" };
  g_autofree char *params = dnn_golden_params (golden);
  g_autofree char *chain = NULL;
  g_autofree float *x = NULL, *dx = NULL;
  g_autoptr (DnnTest) test = NULL;
  Pair pair;
  size_t width;

  pair_init (&pair, golden);
  width = pair.n[0] + pair.n[1];
  x = side_by_side (&pair, golden, x_names);
  dx = side_by_side (&pair, golden, dx_names);
  chain = g_strdup_printf (
      "dense name=a units=%zu use_bias=false ! reshape name=c target_shape=%s "
      "! dense name=b input=input units=%zu use_bias=false "
      "! reshape name=d target_shape=%s ! %s input=c,d %s",
      pair.n[0], pair.size[0], pair.n[1], pair.size[1],
      json_object_get_string_member (golden, "name"), params);
  test =
      dnn_test_new (chain, DNN_SHAPE ((int64_t) pair.samples, (int64_t) width));
  choose (test, &pair, 0, "a/kernel");
  choose (test, &pair, 1, "b/kernel");
  dnn_test_set (test, "x", x, pair.samples * width);
  set (test, "dy", json_object_get_object_member (golden, "dy"));

  dnn_test_backward (test);

  expect (test, "y", json_object_get_object_member (golden, "y"));
  dnn_test_assert (test, "dx", dx, pair.samples * width);
  pair_clear (&pair);
}

/* --- one ----------------------------------------------------------------- */

typedef void (*Expect) (DnnTest *test, const char *name, JsonObject *array);

static void
test_one (JsonObject *golden, Expect compare)
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

  compare (test, "y", json_object_get_object_member (golden, "y"));
  compare (test, "dx", json_object_get_object_member (golden, "dx"));
  for_all (test, golden, "grads", "d", compare);
  for_all (test, golden, "weights_after", "", compare);
}

static void
test_case (JsonObject *golden)
{
  const char *name = json_object_get_string_member (golden, "name");

  if (json_object_has_member (golden, "x1"))
    test_pair (golden);
  else
    test_one (golden, strstr (name, "conv") != NULL ||
                              g_str_has_prefix (name, "random_")
                          ? expect_near
                          : expect);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  dnn_test_add_golden ("layers", DNN_KIND_LAYER, test_case);
  dnn_test_add_golden ("more-layers", DNN_KIND_LAYER, test_case);
  dnn_test_add_golden ("shelf-layers", DNN_KIND_LAYER, test_case);
  dnn_test_add_golden ("convolutions", DNN_KIND_LAYER, test_case);
  dnn_test_add_golden ("images-pools", DNN_KIND_LAYER, test_case);
  dnn_test_add_golden ("augment", DNN_KIND_LAYER, test_case);

  return g_test_run ();
}
