/* test-names - what a layer may be called, and names that are numbered */
#include "dnn-assert.h"
#include "dnn-names.h"
#include "dnn-test.h"

static const char *const good[] = {
  "dense", "a",     "A.b/c",         "S/1/conv-2_x",
  ".",     "Input", "inputs",        "input_1/dense",
  "-",     "7",     "target.kernel", "optimizers",
};

static void
test_good (gconstpointer data)
{
  g_autoptr (DnnNames) names = dnn_names_new ();
  g_autoptr (GError) error = NULL;

  g_test_summary ("Letters, digits, '_', '-', '.' and '/' make a name");

  g_assert_true (dnn_names_take (names, data, &error));
  g_assert_no_error (error);
}

static const char *const bad[] = {
  "",          "/",         "/a",          "a/",         "a//b",
  "input",     "a b",       "a:1",         "a,b",        "é",
  "target",    "a$b",       "a/target",    "a*",         "input/a",
  "x/input/y", "optimizer", "a/optimizer", "checkpoint", "checkpoint/a",
};

static void
test_bad (gconstpointer data)
{
  g_autoptr (DnnNames) names = dnn_names_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *found = g_strdup_printf ("it is '%s'", (const char *) data);

  g_test_summary (
      "What would make tensors ambiguous is refused, with the rule");

  g_assert_false (dnn_names_take (names, data, &error));

  dnn_assert_error (error, DNN_ERROR_NAME, found);
  g_assert_nonnull (strstr (error->message, "no part between slashes empty"));
}

static void
test_long (void)
{
  g_autoptr (DnnNames) names = dnn_names_new ();
  g_autofree char *most = g_strnfill (DNN_NAME_MAX, 'a');
  g_autofree char *more = g_strconcat (most, "a", NULL);
  g_autoptr (GError) error = NULL;

  g_test_summary ("A name has a length that files of thousands can hold");

  g_assert_true (dnn_names_take (names, most, NULL));
  g_assert_false (dnn_names_take (names, more, &error));
  dnn_assert_error (error, DNN_ERROR_NAME, "at most 1000 of them");
}

static void
test_twice (void)
{
  g_autoptr (DnnNames) names = dnn_names_new ();
  g_autoptr (GError) error = NULL;

  g_test_summary ("A name is taken once; one inside it is another");

  g_assert_true (dnn_names_take (names, "a", NULL));
  g_assert_true (dnn_names_take (names, "a/b", NULL));
  g_assert_false (dnn_names_take (names, "a/b", &error));
  dnn_assert_error (error, DNN_ERROR_NAME, "two layers named 'a/b'");
}

static void
test_number (void)
{
  g_autoptr (DnnNames) names = dnn_names_new ();
  static const char *const expected[] = { "dense", "dense_2", "dense_3" };

  g_autofree char *own = dnn_names_number (names, "input");

  g_test_summary ("A number that is taken is passed over, and a word that is "
                  "the program's own");

  g_assert_cmpstr (own, ==, "input_1");
  g_assert_true (dnn_names_take (names, "dense_1", NULL));
  for (size_t i = 0; i < G_N_ELEMENTS (expected); i++) {
    g_autofree char *name = dnn_names_number (
        names, dnn_names_stem (i == 1 ? "acme.dense" : "dense"));

    g_assert_cmpstr (name, ==, expected[i]);
  }
}

static void
test_folder (void)
{
  g_autoptr (DnnNames) names = dnn_names_new ();

  g_test_summary ("The parts before a slash are folders, the last is none");

  g_assert_true (dnn_names_take (names, "a/b/c", NULL));
  g_assert_true (dnn_names_is_folder (names, "a"));
  g_assert_true (dnn_names_is_folder (names, "a/b"));
  g_assert_false (dnn_names_is_folder (names, "a/b/c"));
  g_assert_false (dnn_names_is_folder (names, "b"));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (size_t i = 0; i < G_N_ELEMENTS (good); i++) {
    g_autofree char *path = g_strdup_printf ("/names/good/%zu", i);

    g_test_add_data_func (path, good[i], test_good);
  }
  for (size_t i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autofree char *path = g_strdup_printf ("/names/bad/%zu", i);

    g_test_add_data_func (path, bad[i], test_bad);
  }
  g_test_add_func ("/names/long", test_long);
  g_test_add_func ("/names/twice", test_twice);
  g_test_add_func ("/names/number", test_number);
  g_test_add_func ("/names/folder", test_folder);

  return g_test_run ();
}
