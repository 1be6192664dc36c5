/* test-foreign-rows.c - names elsewhere, functions and expressions, as text */
#include "dnn-assert.h"
#include "dnn-expression.h"
#include "dnn-foreign-row.h"
#include "dnn-onnx-text.h"

#include <math.h>

/* --- rows ---------------------------------------------------------------- */

static void
test_params (void)
{
  const DnnForeign text = { "onnx", "Gemm",
                            "units=@W.1 use_bias=?B a=alpha\n m=1-momentum "
                            "activation=@act keepdims='true' alpha",
                            NULL };
  const struct {
    const char *ours, *theirs;
    DnnForeignSource source;
  } expected[] = {
    { "units", "W", DNN_FOREIGN_SIZE },
    { "use_bias", "B", DNN_FOREIGN_PRESENT },
    { "a", "alpha", DNN_FOREIGN_ATTRIBUTE },
    { "m", "momentum", DNN_FOREIGN_REST },
    { "activation", "act", DNN_FOREIGN_PLUGIN },
    { "keepdims", "true", DNN_FOREIGN_CONSTANT },
    { "alpha", "alpha", DNN_FOREIGN_ATTRIBUTE },
  };
  g_autoptr (GError) error = NULL;
  g_autoptr (DnnForeignRow) row = dnn_foreign_row_parse (&text, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (row->params->len, ==, G_N_ELEMENTS (expected));
  for (size_t i = 0; i < G_N_ELEMENTS (expected); i++) {
    const DnnForeignParam *param = g_ptr_array_index (row->params, i);

    g_assert_cmpstr (param->ours, ==, expected[i].ours);
    g_assert_cmpstr (param->theirs, ==, expected[i].theirs);
    g_assert_cmpint (param->source, ==, expected[i].source);
  }
  g_assert_cmpuint (
      ((const DnnForeignParam *) g_ptr_array_index (row->params, 0))->axis, ==,
      1);
}

static void
test_weights (void)
{
  const DnnForeign text = {
    "keras", "LSTM", "",
    "kernel=query_dense/vars/0:0/C,3401 bias=ih.bias+hh.bias{i,o,f,c>i,f,c,o}"
  };
  const uint32_t axes[] = { 3, 4, 0, 1 };
  g_autoptr (GError) error = NULL;
  g_autoptr (DnnForeignRow) row = dnn_foreign_row_parse (&text, &error);
  const DnnForeignWeight *kernel, *bias;

  g_assert_no_error (error);
  g_assert_cmpuint (row->weights->len, ==, 2);
  kernel = g_ptr_array_index (row->weights, 0);
  bias = g_ptr_array_index (row->weights, 1);
  g_assert_cmpstr (kernel->theirs[0], ==, "query_dense/vars/0");
  g_assert_true (kernel->is_split);
  g_assert_cmpuint (kernel->split, ==, 0);
  g_assert_cmpstr (kernel->split_size, ==, "C");
  g_assert_cmpmem (kernel->axes, kernel->n_axes * sizeof axes[0], axes,
                   sizeof axes);
  g_assert_null (kernel->to);
  g_assert_cmpstr (bias->theirs[1], ==, "hh.bias");
  g_assert_cmpuint (bias->n_axes, ==, 0);
  g_assert_cmpstr (bias->from[3], ==, "c");
  g_assert_cmpstr (bias->to[3], ==, "o");
}

static void
test_names (void)
{
  static const DnnForeign text = { "torch", "Norm1d  Norm2d", NULL, NULL };
  static const DnnForeign blank = { "torch", " ", NULL, NULL };
  static const DnnForeign two = { "torch onnx", "Norm1d", NULL, NULL };
  g_autoptr (GError) error = NULL, blanks = NULL, twos = NULL;
  g_autoptr (DnnForeignRow) row = dnn_foreign_row_parse (&text, &error);

  g_test_summary ("A row is of several names there, and of one system");

  g_assert_no_error (error);
  g_assert_cmpuint (g_strv_length (row->names), ==, 2);
  g_assert_cmpstr (row->names[0], ==, "Norm1d");
  g_assert_cmpstr (row->names[1], ==, "Norm2d");
  g_assert_null (dnn_foreign_row_parse (&blank, &blanks));
  dnn_assert_error (blanks, DNN_ERROR_PLUGIN, "its name must be one word or");
  g_assert_null (dnn_foreign_row_parse (&two, &twos));
  dnn_assert_error (twos, DNN_ERROR_PLUGIN, "its system must be one word, not");
}

typedef struct {
  const char *path;
  const char *parameters, *weights;
  const char *sentence;
} Bad;

static const Bad bads[] = {
  { "no-source", "units=", "",
    "onnx Gemm: parameters, line 1, column 7: NAME, @NAME, @TENSOR.AXIS" },
  { "no-equals", "units@W.1", "", "column 6: '=' or a blank must stand here" },
  { "no-ours", "units @W.1", "", "column 7: a parameter of ours must stand" },
  { "no-axis", "units=@W.", "", "column 10: the number of an axis, 0 to 7," },
  { "second-line", "units=u\nbias=!b", "", "line 2, column 6: NAME" },
  { "open-quote", "a='true", "", "a closing quote must stand here, not ''" },
  { "twice-an-axis", "", "kernel=W:00", "column 11: each axis once, 0 to 8," },
  { "no-axes", "", "kernel=W:", "the digits of axes must stand here" },
  { "split-without-comma", "", "kernel=W:0/C", "',' must stand here" },
  { "other-blocks", "", "bias=B{i,f>i,g}", "column 8: two or more blocks" },
  { "one-block", "", "bias=B{i>i}", "two or more blocks" },
  { "no-more", "", "kernel=W:01x", "a blank must stand here, not 'x'" },
  { "no-tensor", "", "kernel=W+", "the name of a tensor must stand here" },
};

static void
test_bad (gconstpointer data)
{
  const Bad *bad = data;
  const DnnForeign text = { "onnx", "Gemm", bad->parameters, bad->weights };
  g_autoptr (GError) error = NULL;

  g_assert_null (dnn_foreign_row_parse (&text, &error));
  dnn_assert_error (error, DNN_ERROR_PLUGIN, bad->sentence);
}

/* --- expressions --------------------------------------------------------- */

static void
test_expressions (void)
{
  const DnnVariable variables[] = { { "x", -2 }, { "alpha", 0.5 } };
  const struct {
    const char *text;
    double value;
  } cases[] = {
    { "x > 0 ? x : alpha * x", -1 },
    { "1 - 2 - 3", -4 },
    { "2 + 3 * 4 / 6", 4 },
    { "-x * -x", 4 },
    { "fmaxf (x, 0.25f) + fabsf(x)", 2.25 },
    { "x < 0 && !(x == -2) || alpha >= .5", 1 },
    { "x ? alpha ? 1 : 2 : 3", 1 },
    { "1 / (1 + expf (-x))", 1 / (1 + exp (2)) },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    double value = NAN;

    g_assert_true (
        dnn_expression_compute (cases[i].text, variables, 2, &value, &error));
    g_assert_no_error (error);
    g_assert_cmpfloat_with_epsilon (value, cases[i].value, 1e-12);
  }
}

static void
test_bad_expressions (void)
{
  static const char *const cases[][2] = {
    { "x +", "column 4: a number, a name or '('" },
    { "y", "column 1: x, a parameter or a function" },
    { "expf x", "column 6: '(' must stand here" },
    { "powf (x)", "column 8: ',' must stand here" },
    { "x ? 1", "':' must stand here" },
    { "x x", "column 3: an operator or the end" },
    { "x = 1", "an operator or the end must stand here, not '= 1'" },
    { "(x", "')' must stand here" },
    { "", "a number, a name or '('" },
  };
  g_autofree char *deep = g_strnfill (100000, '(');

  for (size_t i = 0; i <= G_N_ELEMENTS (cases); i++) {
    const bool last = i == G_N_ELEMENTS (cases);
    const DnnVariable x = { "x", 1 };
    g_autoptr (GError) error = NULL;
    double value;

    g_assert_false (dnn_expression_compute (last ? deep : cases[i][0], &x, 1,
                                            &value, &error));
    dnn_assert_error (error, DNN_ERROR_PLUGIN,
                      last ? "an expression less deep" : cases[i][1]);
  }
}

/* --- functions ----------------------------------------------------------- */

static void
test_functions (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (
      dnn_onnx_text_check ("<domain: \"acme\", opset_import: [\"\" : 18]>\n"
                           "snake <alpha> (x) => (y)\n{\n"
                           "  a = Constant <value_float: float = @alpha> ()\n"
                           "  ax = Mul (a, x)  s = Sin (ax) # a comment\n"
                           "  y = acme.Other (s, x)\n}\n",
                           &error));
  g_assert_no_error (error);
}

static void
test_bad_functions (void)
{
  static const char *const cases[][2] = {
    { "f (x) => (y) { y = Mul (x, z) }",
      "line 1, column 28: an input or what an earlier node makes must stand" },
    { "f (x) => (y) { z = Sin (x) }",
      "column 11: an input or what an earlier node makes" },
    { "f (x) => (y) {\n y = Sin (x)\n", "line 3, column 1: a name" },
    { "f (x) (y) { }", "'=>' must stand here" },
    { "f (x) => (y) { y = Sin (x) y = Cos (x) }", "a new name must stand" },
    { "f (x, x) => (x) { }", "a new name must stand here" },
    { "f <a (x) => (y) { y = Sin (x) }", "'=>' must stand here" },
    { "f (x) => (x) { } more", "the end must stand here" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_false (dnn_onnx_text_check (cases[i][0], &error));
    dnn_assert_error (error, DNN_ERROR_PLUGIN, cases[i][1]);
  }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/foreign-rows/parameters", test_params);
  g_test_add_func ("/foreign-rows/names", test_names);
  g_test_add_func ("/foreign-rows/weights", test_weights);
  for (size_t i = 0; i < G_N_ELEMENTS (bads); i++) {
    g_autofree char *path =
        g_strconcat ("/foreign-rows/bad/", bads[i].path, NULL);

    g_test_add_data_func (path, &bads[i], test_bad);
  }
  g_test_add_func ("/expressions/computed", test_expressions);
  g_test_add_func ("/expressions/bad", test_bad_expressions);
  g_test_add_func ("/functions/good", test_functions);
  g_test_add_func ("/functions/bad", test_bad_functions);

  return g_test_run ();
}
