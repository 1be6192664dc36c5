/* test-limits.c - what is far larger than anybody needs is refused at once */
#include "dnn-assert.h"
#include "dnn-experiment.h"
#include "dnn-model.h"

/* `begin`, n times `piece`, `end`. */
static char *
repeat (const char *begin, const char *piece, size_t n, const char *end)
{
  GString *text = g_string_new (begin);

  for (size_t i = 0; i < n; i++)
    g_string_append (text, piece);
  g_string_append (text, end);
  return g_string_free (text, FALSE);
}

static bool
read_experiment (const char *text, GError **error)
{
  g_autoptr (DnnExperiment) self = dnn_experiment_parse ("f", text, error);

  return self != NULL;
}

static bool
read_component (const char *text, GError **error)
{
  g_autoptr (DnnSpec) self = dnn_spec_parse (text, (DnnPlace){ 0 }, error);

  return self != NULL;
}

static bool
build_model (const char *text, GError **error)
{
  g_autoptr (DnnRegistry) registry = dnn_registry_new (NULL);
  g_autoptr (DnnModel) self =
      dnn_model_new_from_chain (registry, text, &DNN_SHAPE (1), error);

  return self != NULL;
}

typedef struct {
  const char *name;
  bool (*read) (const char *text, GError **error);
  const char *begin, *piece, *end;
  size_t most; /* pieces that are good; one more is not */
  int code;
  const char *message;
} Limit;

static const Limit limits[] = {
  { "experiment-lines", read_experiment, "[train]", "\n", "", 9999,
    DNN_ERROR_FORMAT, "f: this is no experiment file: it has more than" },
  { "experiment-bytes", read_experiment, "[train]\nloss = ", "x", "",
    (1 << 20) - 15, DNN_ERROR_FORMAT, "1048576 bytes or 10000 lines" },
  { "commas", read_component, "a(k=1", ",1", ")", 9999, DNN_ERROR_PARAM,
    "a: more than 9999 commas are too many" },
  { "layers", build_model, "relu", " ! relu", "", 9999, DNN_ERROR_PARAM,
    "a model of '10001' layers is too large; 10000 are the most" },
};

static void
test_limit (gconstpointer data)
{
  const Limit *row = data;
  g_autofree char *good = repeat (row->begin, row->piece, row->most, row->end);
  g_autofree char *bad =
      repeat (row->begin, row->piece, row->most + 1, row->end);
  g_autoptr (GError) error = NULL;

  g_assert_true (row->read (good, &error));
  g_assert_no_error (error);

  g_assert_false (row->read (bad, &error));
  dnn_assert_error (error, row->code, row->message);
}

static void
test_parameters (void)
{
  g_autoptr (GString) text = g_string_new ("a(");
  g_autoptr (GError) error = NULL;

  g_test_summary ("A component has a thousand parameters at most");

  for (int i = 0; i < 1001; i++)
    g_string_append_printf (text, "%sk%d=1", i > 0 ? "," : "", i);
  g_string_append_c (text, ')');

  g_assert_false (read_component (text->str, &error));
  dnn_assert_error (error, DNN_ERROR_PARAM, "more than 1000 parameters");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (size_t i = 0; i < G_N_ELEMENTS (limits); i++)
    dnn_add_row ("/limits", limits[i].name, &limits[i], test_limit);
  g_test_add_func ("/limits/parameters", test_parameters);

  return g_test_run ();
}
