/* test-shape.c - sizes of a tensor: counted, compared, as text */
#include "dnn-assert.h"
#include "dnn-shape.h"

static void
test_count (void)
{
  int64_t n = -1;

  g_test_summary ("A shape counts its elements; a single number is one");

  g_assert_true (dnn_shape_count (&DNN_SHAPE (2, 3, 4), &n));
  g_assert_cmpint (n, ==, 24);
  g_assert_true (dnn_shape_count (&DNN_SCALAR, &n));
  g_assert_cmpint (n, ==, 1);
  g_assert_true (dnn_shape_count (&DNN_SHAPE (5, 0), &n));
  g_assert_cmpint (n, ==, 0);
  g_assert_true (dnn_shape_count (&DNN_SHAPE (INT64_MAX), &n));
  g_assert_cmpint (n, ==, INT64_MAX);
}

static void
test_count_fails (void)
{
  int64_t n = -1;

  g_test_summary ("What cannot be counted is refused, beside a 0 as well");

  g_assert_false (dnn_shape_count (&DNN_SHAPE (-1), &n));
  g_assert_false (dnn_shape_count (&DNN_SHAPE (INT64_MAX, 2), &n));
  g_assert_false (dnn_shape_count (&DNN_SHAPE (0, INT64_MAX, 2), &n));
  g_assert_cmpint (n, ==, -1);
}

static void
test_equal (void)
{
  const DnnShape a = DNN_SHAPE (2, 3), other = DNN_SHAPE (2, 4);
  const DnnShape longer = DNN_SHAPE (2, 3, 1);
  DnnShape same = DNN_SHAPE (2, 3, 7);

  g_test_summary ("Shapes are equal by their sizes; what is behind the last "
                  "does not count");

  same.n_dims = 2;
  g_assert_true (dnn_shape_equal (&a, &same));
  g_assert_false (dnn_shape_equal (&a, &other));
  g_assert_false (dnn_shape_equal (&a, &longer));
  g_assert_true (dnn_shape_equal (&DNN_SCALAR, &DNN_SCALAR));
}

static void
test_small (void)
{
  g_test_summary ("A tensor has at most 2^40 numbers");

  g_assert_true (dnn_shape_is_small (&DNN_SHAPE (1 << 20, 1 << 20)));
  g_assert_false (dnn_shape_is_small (&DNN_SHAPE (1 << 20, (1 << 20) + 1)));
  g_assert_false (dnn_shape_is_small (&DNN_SHAPE (INT64_MAX, INT64_MAX)));
}

static void
test_text (void)
{
  static const struct {
    DnnShape shape;
    const char *tuple, *batch, *list;
  } rows[] = {
    { { 0, 0, { 0 } }, "()", "()", "" },
    { { 1, 0, { 5 } }, "(5,)", "(None,)", "5" },
    { { 3, 0, { 2, 28, 29 } }, "(2, 28, 29)", "(None, 28, 29)", "2,28,29" },
  };

  g_test_summary ("A shape is a tuple as Python prints it, or a list");

  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *tuple = dnn_shape_to_string (&rows[i].shape, false);
    g_autofree char *batch = dnn_shape_to_string (&rows[i].shape, true);
    g_autofree char *list = dnn_shape_to_list (&rows[i].shape);

    g_assert_cmpstr (tuple, ==, rows[i].tuple);
    g_assert_cmpstr (batch, ==, rows[i].batch);
    g_assert_cmpstr (list, ==, rows[i].list);
  }
}

static void
test_parse (void)
{
  DnnShape shape;

  g_test_summary ("A list of sizes is read back");

  g_assert_true (dnn_shape_parse ("28, 29", &shape, NULL));
  g_assert_true (dnn_shape_equal (&shape, &DNN_SHAPE (28, 29)));
}

static void
test_parse_fails (void)
{
  static const struct {
    const char *text, *piece;
  } rows[] = {
    { "28,0", "input_shape must be a whole number from 1" },
    { "28,x", "not 'x'" },
    { "1,1,1,1,1,1,1,1", "input_shape must be at most 7 sizes" },
  };

  g_test_summary ("Sizes are 1 or more, and leave a dimension to the batch");

  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GError) error = NULL;
    DnnShape shape = DNN_SHAPE (3);

    g_assert_false (dnn_shape_parse (rows[i].text, &shape, &error));
    dnn_assert_error (error, DNN_ERROR_PARAM, rows[i].piece);
    g_assert_true (dnn_shape_equal (&shape, &DNN_SHAPE (3)));
  }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/shape/count", test_count);
  g_test_add_func ("/shape/count-fails", test_count_fails);
  g_test_add_func ("/shape/equal", test_equal);
  g_test_add_func ("/shape/small", test_small);
  g_test_add_func ("/shape/text", test_text);
  g_test_add_func ("/shape/parse", test_parse);
  g_test_add_func ("/shape/parse-fails", test_parse_fails);
  return g_test_run ();
}
