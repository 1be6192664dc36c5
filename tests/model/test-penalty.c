/* test-penalty.c - constraints as Keras has them, and what they refuse */
#include "dnn-assert.h"
#include "dnn-penalty.h"
#include "dnn-shape.h"
#include "dnn-test.h"

static void
test_golden (JsonObject *golden)
{
  JsonObject *before = json_object_get_object_member (golden, "before");
  const DnnShape shape = dnn_golden_shape (before);
  DnnTensor w = dnn_tensor_of (&shape);
  size_t n;
  g_autofree float *numbers = dnn_golden_numbers (before, &n);
  g_autofree float *after =
      dnn_golden_numbers (json_object_get_object_member (golden, "after"), &n);
  g_autoptr (GError) error = NULL;
  DnnConstraint constraint;

  dnn_constraint_parse (json_object_get_string_member (golden, "name"),
                        &constraint, &error);
  g_assert_no_error (error);
  g_assert_true (dnn_constraint_is_set (&constraint));
  w.data = numbers;

  dnn_constraint_apply (&constraint, &w);

  dnn_test_assert_close ("w", numbers, after, n);
}

typedef struct {
  const char *name;
  const char *text;
  int code;
  const char *piece;
} Refused;

static const Refused refused[] = {
  { "unknown", "unit_nrom", DNN_ERROR_NAME, "'unit_norm'" },
  { "crossed", "min_max_norm(min_value=3)", DNN_ERROR_PARAM,
    "min_value must be at most max_value, 1, not '3'" },
  { "rate", "min_max_norm(rate=2)", DNN_ERROR_PARAM, "'2'" },
  { "no-parameter", "non_neg(axis=1)", DNN_ERROR_NAME, "'axis'" },
};

static void
test_refused (const void *data)
{
  const Refused *row = data;
  g_autoptr (GError) error = NULL;
  DnnConstraint constraint;

  g_test_summary ("Mistakes have a code and the word that is wrong");

  g_assert_false (dnn_constraint_parse (row->text, &constraint, &error));
  dnn_assert_error (error, row->code, row->piece);
}

static void
test_unset (void)
{
  const DnnConstraint none = { 0 };

  g_test_summary ("A weight that nobody speaks of has no constraint");

  g_assert_false (dnn_constraint_is_set (&none));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  dnn_test_add_golden ("constraints", 0, test_golden);
  for (size_t i = 0; i < G_N_ELEMENTS (refused); i++)
    dnn_add_row ("/penalty/refused", refused[i].name, &refused[i],
                 test_refused);
  g_test_add_func ("/penalty/unset", test_unset);

  return g_test_run ();
}
