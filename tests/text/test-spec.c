/* test-spec.c - names with parameters, read and written back */
#include "dnn-assert.h"
#include "dnn-spec.h"

static const DnnPlace nowhere = { 0 };

/* "name|key>value|key>value", what a spec has in it. */
static char *
flat (const DnnSpec *spec)
{
  GString *text = g_string_new (spec->name);

  for (guint i = 0; i < spec->args->len; i++) {
    const DnnArg *arg = g_ptr_array_index (spec->args, i);

    g_string_append_printf (text, "|%s>%s", arg->key, arg->value);
  }
  return g_string_free (text, FALSE);
}

static char *
flat_all (const GPtrArray *specs)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < specs->len; i++) {
    g_autofree char *one = flat (g_ptr_array_index (specs, i));

    g_string_append_printf (text, "%s%s", i > 0 ? " ! " : "", one);
  }
  return g_string_free (text, FALSE);
}

typedef struct {
  const char *name;
  const char *text;
  const char *expect;
} Row;

/* --- one ----------------------------------------------------------------- */

static const Row components[] = {
  { "name", "huber", "huber" },
  { "spaces", "  huber  ", "huber" },
  { "no-arguments", "huber()", "huber" },
  { "one", "huber(delta=0.7)", "huber|delta>0.7" },
  { "more", "a(b=1, c = 2 ,d=3)", "a|b>1|c>2|d>3" },
  { "list", "p(values=1,2, k=3)", "p|values>1,2|k>3" },
  { "brackets", "p(values=[1,2],k=3)", "p|values>[1,2]|k>3" },
  { "quotes", "p(values='1,2')", "p|values>1,2" },
  { "nested", "sgd(learning_rate=one_cycle(max=0.1, min=0))",
    "sgd|learning_rate>one_cycle(max=0.1, min=0)" },
  { "equals-in-value", "a(b=c=d)", "a|b>c=d" },
  { "empty-value-in-quotes", "a(b='')", "a|b>" },
  { "dotted", "acme.swish(beta=1)", "acme.swish|beta>1" },
};

static void
test_component (gconstpointer data)
{
  const Row *row = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (DnnSpec) spec = dnn_spec_parse (row->text, nowhere, &error);
  g_autoptr (DnnSpec) again = NULL;
  g_autofree char *got = NULL, *text = NULL, *got_again = NULL;

  g_assert_no_error (error);
  got = flat (spec);
  g_assert_cmpstr (got, ==, row->expect);

  text = dnn_spec_to_string (spec);
  again = dnn_spec_parse (text, nowhere, &error);
  g_assert_no_error (error);
  got_again = flat (again);
  g_assert_cmpstr (got_again, ==, row->expect);
}

/* Values that a file can hold, which must survive to_string and parse. */
static const char *const values[] = {
  "1",          "a,b",   "a, b", "constant(value=1)",
  "f(a=1),b=2", "it's",  "(",    ")",
  "a b",        "[1,2]", " x ",  "",
};

static void
test_round_trip (void)
{
  g_test_summary ("What to_string writes, parse reads as the same");

  for (size_t i = 0; i < G_N_ELEMENTS (values); i++) {
    g_autoptr (DnnSpec) spec = dnn_spec_new ("a", nowhere), again = NULL;
    g_autoptr (GError) error = NULL;
    g_autofree char *text = NULL, *want = NULL, *got = NULL;

    dnn_spec_add (spec, "k", values[i], nowhere);
    dnn_spec_add (spec, "l", "1", nowhere);
    text = dnn_spec_to_string (spec);
    again = dnn_spec_parse (text, nowhere, &error);
    g_assert_no_error (error);
    want = flat (spec);
    got = flat (again);
    g_assert_cmpstr (got, ==, want);
  }
}

/* --- many ---------------------------------------------------------------- */

static const Row lists[] = {
  { "one", "accuracy", "accuracy" },
  { "two", "accuracy, top_k(k=5)", "accuracy ! top_k|k>5" },
  { "inside", "a(b=1,2), c", "a|b>1,2 ! c" },
};

static void
test_list (gconstpointer data)
{
  const Row *row = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) specs =
      dnn_spec_parse_list (row->text, nowhere, &error);
  g_autofree char *got = NULL;

  g_assert_no_error (error);
  got = flat_all (specs);
  g_assert_cmpstr (got, ==, row->expect);
}

static const Row chains[] = {
  { "one", "flatten", "flatten" },
  { "two", "dense units=9 ! elu alpha=0.5", "dense|units>9 ! elu|alpha>0.5" },
  { "lines", "dense\n units=9\n ! elu", "dense|units>9 ! elu" },
  { "brackets", "elu(alpha=0.5) ! dense(units=2) name=x",
    "elu|alpha>0.5 ! dense|units>2|name>x" },
  { "nested", "dense activation=elu(alpha=0.5, b=1) units=9",
    "dense|activation>elu(alpha=0.5, b=1)|units>9" },
  { "quotes", "a k=\"x y ! z\" 'l=1 2'", "a|k>x y ! z|l>1 2" },
  { "bang-in-a-word", "a k=x!y", "a|k>x!y" },
  { "list", "a k=1,2,3", "a|k>1,2,3" },
};

static void
test_chain (gconstpointer data)
{
  const Row *row = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) specs =
      dnn_spec_parse_chain (row->text, nowhere, &error);
  g_autofree char *got = NULL;

  g_assert_no_error (error);
  got = flat_all (specs);
  g_assert_cmpstr (got, ==, row->expect);
}

static void
test_places (void)
{
  const DnnPlace place = { "run.dnn", 7 };
  g_autoptr (GPtrArray) specs =
      dnn_spec_parse_chain ("flatten\n! dense\n  units=9", place, NULL);
  const DnnSpec *dense = g_ptr_array_index (specs, 1);

  g_test_summary ("Every spec and argument knows its line");

  g_assert_cmpuint (dense->place.line, ==, 8);
  g_assert_cmpuint (dnn_spec_find (dense, "units")->place.line, ==, 9);
  g_assert_cmpstr (dense->place.file, ==, "run.dnn");
}

static void
test_copy (void)
{
  g_autoptr (DnnSpec) spec = dnn_spec_parse ("a(b=1, c=2)", nowhere, NULL);
  g_autoptr (DnnSpec) copy = dnn_spec_copy (spec);
  g_autofree char *got = NULL;

  g_test_summary ("A copy is one of its own; find gives the last of a name");

  dnn_spec_add (spec, "b", "3", nowhere);

  g_assert_cmpstr (dnn_spec_find (spec, "b")->value, ==, "3");
  g_assert_null (dnn_spec_find (spec, "d"));
  got = flat (copy);
  g_assert_cmpstr (got, ==, "a|b>1|c>2");
}

/* --- what is refused ----------------------------------------------------- */

static const Row bad_components[] = {
  { "empty", "", "'' must be a name" },
  { "no-name", "(a=1)", "'(a=1)' must be a name" },
  { "no-close", "a(b=1", "'a(b=1' must be a name" },
  { "close-twice", "a(b=1))", "'a(b=1))' must be a name" },
  { "two-brackets", "a(b=1)(c=2)", "'a(b=1)(c=2)' must be a name" },
  { "after-close", "a(b=1) c", "must be a name" },
  { "two-words", "dense units=1", "must be a name" },
  { "no-key", "a(=1)", "a: '=1' must be key=value" },
  { "no-value", "a(b=)", "a: 'b=' must be key=value" },
  { "no-equals", "a(1)", "a: '1' must be key=value" },
  { "twice", "a(b=1, b=2)", "a: 'b' is given twice" },
  { "bang", "a!b", "must be a name" },
};

static void
test_bad_component (gconstpointer data)
{
  const Row *row = data;
  g_autoptr (GError) error = NULL;

  g_assert_null (dnn_spec_parse (row->text, nowhere, &error));

  dnn_assert_error (error, DNN_ERROR_PARAM, row->expect);
}

static const Row bad_lists[] = {
  { "empty", "", "'' must be a name" },
  { "comma-last", "a,", "'' must be a name" },
  { "comma-first", ",a", "'' must be a name" },
  { "one-is-wrong", "a, b(c", "'b(c' must be a name" },
};

static void
test_bad_list (gconstpointer data)
{
  const Row *row = data;
  g_autoptr (GError) error = NULL;

  g_assert_null (dnn_spec_parse_list (row->text, nowhere, &error));

  dnn_assert_error (error, DNN_ERROR_PARAM, row->expect);
}

static const Row bad_chains[] = {
  { "empty", "", "a model must have at least one layer" },
  { "spaces", " \n ", "a model must have at least one layer" },
  { "bang-first", "! a", "before and after every '!'" },
  { "bang-last", "a !", "before and after every '!'" },
  { "two-bangs", "a ! ! b", "before and after every '!'" },
  { "no-equals", "dense units", "dense: 'units' must be key=value" },
  { "twice", "dense units=1 units=2", "'units' is given twice" },
  { "quote", "a k='x", "a quote is not closed" },
  { "parenthesis", "a k=b(c", "a parenthesis is not closed" },
  { "closed-too-often", "a k=b)", "is not closed" },
  { "line", "a\n! b\n   c", "run.dnn:3: b: 'c' must be key=value" },
  { "bang-in-number", "dense units=8!dense units=1",
    "'units=8!dense' is no key=value; '!' must stand alone between layers" },
  { "bang-in-word", "dense units=8 activation=relu!dense units=1",
    "dense: 'units' is given twice; '!' must stand alone" },
  { "bang-in-name", "flatten!dense units=1", "'flatten!dense' must be a name" },
  { "pipe", "flatten | dense", "'|' must be key=value; layers are parted" },
};

static void
test_bad_chain (gconstpointer data)
{
  const Row *row = data;
  const DnnPlace place = { "run.dnn", 1 };
  g_autoptr (GError) error = NULL;

  g_assert_null (dnn_spec_parse_chain (row->text, place, &error));

  dnn_assert_error (error, DNN_ERROR_PARAM, row->expect);
  dnn_assert_error (error, DNN_ERROR_PARAM, "run.dnn:");
}

#define ADD(folder, table, test)                                               \
  for (size_t i = 0; i < G_N_ELEMENTS (table); i++)                            \
  dnn_add_row ("/spec/" folder, table[i].name, &table[i], test)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("component", components, test_component);
  ADD ("list", lists, test_list);
  ADD ("chain", chains, test_chain);
  g_test_add_func ("/spec/round-trip", test_round_trip);
  g_test_add_func ("/spec/places", test_places);
  g_test_add_func ("/spec/copy", test_copy);
  ADD ("component/refuses", bad_components, test_bad_component);
  ADD ("list/refuses", bad_lists, test_bad_list);
  ADD ("chain/refuses", bad_chains, test_bad_chain);

  return g_test_run ();
}
