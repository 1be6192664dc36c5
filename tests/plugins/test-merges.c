/* test-merges.c - layers of several inputs, on numbers small enough for paper
 */
#include "dnn-test.h"

typedef struct {
  const char *name;
  float y[3];
  size_t n;
} Row;

/* Of a = 2 x and b = 1 - x, with x = 1, -2, 3. */
static const Row rows[] = {
  { "add", { 2, -1, 4 }, 3 },      { "average", { 1, -0.5f, 2 }, 3 },
  { "dot", { -24 }, 1 },           { "maximum", { 2, 3, 6 }, 3 },
  { "minimum", { 0, -4, -2 }, 3 }, { "multiply", { 0, -12, -12 }, 3 },
  { "subtract", { 2, -7, 8 }, 3 },
};

static void
test_values (const void *data)
{
  const Row *row = data;
  g_autofree char *chain =
      g_strdup_printf ("rescaling name=a scale=2 ! rescaling name=b scale=-1 "
                       "offset=1 input=input ! %s input=a,b",
                       row->name);
  g_autoptr (DnnTest) test = dnn_test_new (chain, DNN_SHAPE (1, 3));

  g_test_summary ("Forward, element by element");

  dnn_test_set (test, "x", V (1, -2, 3));

  dnn_test_forward (test);

  dnn_test_assert (test, "y", row->y, row->n);
}

static void
test_shapes (const void *data)
{
  const Row *row = data;
  g_autofree char *chain = g_strdup_printf (
      "dense name=a units=2 ! %s name=m input=a,input", row->name);
  const DnnShape input = DNN_SHAPE (3);
  g_autoptr (GError) error = NULL;

  g_test_summary ("Inputs of two shapes are refused");

  g_assert_null (
      dnn_model_new_from_chain (dnn_test_registry (), chain, &input, &error));
  g_assert_error (error, DNN_ERROR, DNN_ERROR_SHAPE);
  g_assert_nonnull (g_strstr_len (error->message, -1,
                                  "input 1 has not the shape of input 0"));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *values =
        g_strdup_printf ("/merges/%s/values", rows[i].name);
    g_autofree char *shapes =
        g_strdup_printf ("/merges/%s/shapes", rows[i].name);

    g_test_add_data_func (values, &rows[i], test_values);
    g_test_add_data_func (shapes, &rows[i], test_shapes);
  }

  return g_test_run ();
}
