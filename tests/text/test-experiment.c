/* test-experiment.c - experiment files, well-formed and not */
#include "dnn-assert.h"
#include "dnn-experiment.h"
#include "dnn-folder.h"

static const char example[] = "# the first network\n"
                              "[data]\n"
                              "dataset = fashion-mnist   # by name\n"
                              "scale=1/255\n"
                              "\n"
                              "[layer out-1]\n"
                              "type = dense\n"
                              "[model]\n"
                              "layers = flatten\n"
                              "       ! dense units=3 # wide\n"
                              "\n"
                              "  # nothing\n"
                              "\t! relu\n"
                              "input_shape =\n"
                              "[phase 2]\n"
                              "optimizer.type = sgd\n";

static DnnExperiment *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  DnnExperiment *experiment = dnn_experiment_parse ("run.dnn", text, &error);

  g_assert_no_error (error);
  return experiment;
}

/* --- reading ------------------------------------------------------------- */

static void
test_order (void)
{
  static const char *const names[] = { "data", "layer out-1", "model",
                                       "phase 2" };
  g_autoptr (DnnExperiment) e = parse (example);
  const DnnSpec *data;

  g_test_summary ("Sections and keys stay in the order written");

  g_assert_cmpuint (dnn_experiment_n_sections (e), ==, G_N_ELEMENTS (names));
  for (size_t i = 0; i < G_N_ELEMENTS (names); i++)
    g_assert_cmpstr (dnn_experiment_section (e, i)->name, ==, names[i]);
  data = dnn_experiment_find (e, "data");
  g_assert_cmpuint (data->args->len, ==, 2);
  g_assert_cmpstr (((DnnArg *) data->args->pdata[0])->key, ==, "dataset");
  g_assert_cmpstr (((DnnArg *) data->args->pdata[1])->key, ==, "scale");
}

static void
test_values (void)
{
  g_autoptr (DnnExperiment) e = parse (example);

  g_test_summary ("Comments and blanks are cut; a value may be empty");

  g_assert_cmpstr (dnn_experiment_get (e, "data", "dataset"), ==,
                   "fashion-mnist");
  g_assert_cmpstr (dnn_experiment_get (e, "data", "scale"), ==, "1/255");
  g_assert_cmpstr (dnn_experiment_get (e, "model", "input_shape"), ==, "");
  g_assert_cmpstr (dnn_experiment_get (e, "phase 2", "optimizer.type"), ==,
                   "sgd");
  g_assert_null (dnn_experiment_get (e, "data", "layers"));
  g_assert_null (dnn_experiment_get (e, "train", "loss"));
  g_assert_null (dnn_experiment_find (e, "train"));
}

static void
test_continuation (void)
{
  g_autoptr (DnnExperiment) e = parse (example);

  g_test_summary ("Indented lines go on with the value, each on its line");

  g_assert_cmpstr (dnn_experiment_get (e, "model", "layers"), ==,
                   "flatten\n! dense units=3\n\n\n! relu");
}

static void
test_lines (void)
{
  g_autoptr (DnnExperiment) e = parse (example);
  const DnnSpec *model = dnn_experiment_find (e, "model");
  const DnnArg *shape = dnn_spec_find (model, "input_shape");

  g_test_summary ("Every section and key knows its file and line");

  g_assert_cmpstr (model->place.file, ==, "run.dnn");
  g_assert_cmpuint (model->place.line, ==, 8);
  g_assert_cmpuint (dnn_spec_find (model, "layers")->place.line, ==, 9);
  g_assert_cmpuint (shape->place.line, ==, 14);
}

typedef struct {
  const char *name;
  const char *text;
  const char *value; /* of [data] inputs */
} Value;

static const Value values[] = {
  { "hash-in-word", "[data]\ninputs = a#b\n", "a#b" },
  { "hash-after-blank", "[data]\ninputs = a #b\n", "a" },
  { "hash-after-tab", "[data]\ninputs = a\t#b\n", "a" },
  { "only-comment", "[data]\ninputs = # none\n", "" },
  { "equals-in-value", "[data]\ninputs = a=b=c\n", "a=b=c" },
  { "brackets-in-value", "[data]\ninputs = [a]\n", "[a]" },
  { "brackets-in-continuation", "[data]\ninputs = a\n [b]\n", "a\n[b]" },
  { "no-escapes", "[data]\ninputs = a\\nb\n", "a\\nb" },
  { "quotes-stay", "[data]\ninputs = 'a'\n", "'a'" },
  { "utf-8", "[data]\ninputs = Größe.npy\n", "Größe.npy" },
  { "carriage-returns", "[data]\r\ninputs = a\r\n", "a" },
  { "no-last-newline", "[data]\ninputs = a", "a" },
  { "blanks-in-header", "[ data ]  # of it\ninputs = a\n", "a" },
};

static void
test_value (gconstpointer data)
{
  const Value *row = data;
  g_autoptr (DnnExperiment) e = parse (row->text);

  g_assert_cmpstr (dnn_experiment_get (e, "data", "inputs"), ==, row->value);
}

/* --- mistakes ------------------------------------------------------------ */

typedef struct {
  const char *name;
  const char *text;
  int code;
  const char *start; /* of the message */
  const char *piece;
} Bad;

static const Bad bad[] = {
  { "section-twice", "[data]\n[model]\n[data]\n", DNN_ERROR_NAME,
    "run.dnn:3: ", "'data' stands twice; its first is at line 1" },
  { "layer-twice", "[layer a]\n[layer b]\n[layer a]\n", DNN_ERROR_NAME,
    "run.dnn:3: ", "'layer a' stands twice" },
  { "key-twice", "[data]\nscale = 1\n\nscale = 2\n", DNN_ERROR_NAME,
    "run.dnn:4: ", "'scale' is set twice; first at line 2" },
  { "comment-for-a-value", "[data]\nscale =# 1\n", DNN_ERROR_FORMAT,
    "run.dnn:2: ", "scale: a value cannot begin with '#', as '# 1' does" },
  { "unknown-section", "[dta]\n", DNN_ERROR_NAME,
    "run.dnn:1: ", "there is no section 'dta'; did you mean 'data'?" },
  { "unlike-any-section", "[wxyzwxyzwxyz]\n", DNN_ERROR_NAME,
    "run.dnn:1: ", "there are 'data', 'model', 'train'" },
  { "empty-section", "[]\n", DNN_ERROR_NAME,
    "run.dnn:1: ", "there is no section ''" },
  { "case-counts", "[Data]\n", DNN_ERROR_NAME,
    "run.dnn:1: ", "did you mean 'data'?" },
  { "named-data", "[data set]\n", DNN_ERROR_NAME,
    "run.dnn:1: ", "section 'data' takes no name" },
  { "layer-without-name", "[data]\n[layer]\n", DNN_ERROR_NAME,
    "run.dnn:2: ", "section 'layer' must have a name, as in [layer dense]" },
  { "phase-without-name", "[phase ]\n", DNN_ERROR_NAME,
    "run.dnn:1: ", "section 'phase' must have a name" },
  { "unclosed-section", "# a\n[data\n", DNN_ERROR_FORMAT,
    "run.dnn:2: ", "a section must be [name], not '[data'" },
  { "text-after-section", "[data] more\n", DNN_ERROR_FORMAT,
    "run.dnn:1: ", "'[data] more'" },
  { "lone-bracket", "[\n", DNN_ERROR_FORMAT, "run.dnn:1: ", "not '['" },
  { "key-before-section", "scale = 1\n[data]\n", DNN_ERROR_FORMAT,
    "run.dnn:1: ", "'scale = 1' stands before the first [section]" },
  { "no-equals", "[data]\nscale 1\n", DNN_ERROR_FORMAT,
    "run.dnn:2: ", "'scale 1' must be key = value" },
  { "no-key", "[data]\n= 1\n", DNN_ERROR_FORMAT,
    "run.dnn:2: ", "'' is no key" },
  { "key-with-blank", "[data]\nmy scale = 1\n", DNN_ERROR_FORMAT,
    "run.dnn:2: ", "'my scale' is no key" },
  { "key-with-capital", "[data]\nScale = 1\n", DNN_ERROR_FORMAT,
    "run.dnn:2: ", "'Scale' is no key; a key is of a-z" },
  { "key-with-locale", "[data]\nscale[de] = 1\n", DNN_ERROR_FORMAT,
    "run.dnn:2: ", "'scale[de]' is no key" },
  { "indented-first-line", "  scale = 1\n", DNN_ERROR_FORMAT, "run.dnn:1: ",
    "an indented line continues a value, and there is none above 'scale = 1'" },
  { "indented-after-section", "[data]\n\tscale = 1\n", DNN_ERROR_FORMAT,
    "run.dnn:2: ", "there is none above" },
  { "indented-section", "[data]\n [model]\n", DNN_ERROR_FORMAT,
    "run.dnn:2: ", "there is none above '[model]'" },
  { "not-utf-8", "[data]\nscale = 1\ninputs = \xff\n", DNN_ERROR_FORMAT,
    "run.dnn:3: ", "the text is not UTF-8" },
};

static void
test_bad (gconstpointer data)
{
  const Bad *row = data;
  g_autoptr (GError) error = NULL;

  g_assert_null (dnn_experiment_parse ("run.dnn", row->text, &error));

  dnn_assert_error (error, row->code, row->piece);
  if (!g_str_has_prefix (error->message, row->start))
    g_test_fail_printf ("'%s' does not start with '%s'", error->message,
                        row->start);
}

static void
test_zero_byte (void)
{
  g_autoptr (DnnFolder) folder = dnn_folder_new ();
  g_autofree char *path =
      dnn_folder_write (folder, "a.dnn", "[data]\nscale\0 = 1\n", 18);
  g_autoptr (GError) error = NULL;

  g_test_summary ("A file with a zero byte is no text");

  g_assert_null (dnn_experiment_load (path, &error));
  dnn_assert_error (error, DNN_ERROR_FORMAT, "it is not text");
  g_assert_true (g_str_has_prefix (error->message, path));
}

static void
test_missing (void)
{
  g_autoptr (GError) error = NULL;

  g_test_summary ("A file that is not there is named");

  g_assert_null (dnn_experiment_load ("no-such-file.dnn", &error));
  dnn_assert_error (error, DNN_ERROR_NAME, "no-such-file.dnn");
}

static void
test_empty (void)
{
  g_autoptr (DnnFolder) folder = dnn_folder_new ();
  g_autofree char *path = dnn_folder_write (folder, "a.dnn", "", 0);
  g_autoptr (GError) error = NULL;
  g_autoptr (DnnExperiment) e = dnn_experiment_load (path, &error);

  g_test_summary ("An empty file is an experiment without sections");

  g_assert_no_error (error);
  g_assert_cmpuint (dnn_experiment_n_sections (e), ==, 0);
}

/* --- writing ------------------------------------------------------------- */

static void
assert_equal (const DnnExperiment *a, const DnnExperiment *b)
{
  g_assert_cmpuint (dnn_experiment_n_sections (a), ==,
                    dnn_experiment_n_sections (b));
  for (size_t i = 0; i < dnn_experiment_n_sections (a); i++) {
    const DnnSpec *s = dnn_experiment_section (a, i);
    const DnnSpec *t = dnn_experiment_section (b, i);

    g_assert_cmpstr (s->name, ==, t->name);
    g_assert_cmpuint (s->args->len, ==, t->args->len);
    for (guint j = 0; j < s->args->len; j++) {
      const DnnArg *v = s->args->pdata[j], *w = t->args->pdata[j];

      g_assert_cmpstr (v->key, ==, w->key);
      g_assert_cmpstr (v->value, ==, w->value);
    }
  }
}

static void
test_round_trip (void)
{
  g_autoptr (DnnExperiment) e = parse (example);
  g_autofree char *text = dnn_experiment_to_string (e);
  g_autoptr (DnnExperiment) again = parse (text);
  g_autofree char *second = dnn_experiment_to_string (again);

  g_test_summary ("What is written parses to the same, and is a fixed point");

  assert_equal (e, again);
  g_assert_cmpstr (text, ==, second);
}

static void
test_copy (void)
{
  g_autoptr (DnnExperiment) e = parse (example);
  g_autoptr (DnnExperiment) copy = dnn_experiment_copy (e);

  g_test_summary ("A copy is equal and goes its own way");

  assert_equal (e, copy);
  dnn_experiment_set (copy, "data", "scale", "2");
  g_assert_cmpstr (dnn_experiment_get (e, "data", "scale"), ==, "1/255");
}

/* --- changing ------------------------------------------------------------ */

typedef struct {
  const char *name;
  const char *text;
  const char *section, *key, *value;
} Override;

static const Override overrides[] = {
  { "replaces", "data.scale=2", "data", "scale", "2" },
  { "new-key", "data.standardize=true", "data", "standardize", "true" },
  { "new-section", "train.epochs=3", "train", "epochs", "3" },
  { "blanks", " data . scale = 2 ", "data", "scale", "2" },
  { "equals-in-value", "model.layers=dense units=3", "model", "layers",
    "dense units=3" },
  { "dots-in-value", "data.inputs=a.b.npy", "data", "inputs", "a.b.npy" },
  { "layer", "layer out-1.type=relu", "layer out-1", "type", "relu" },
  { "first-dot", "phase 2.optimizer.type=adam", "phase 2", "optimizer.type",
    "adam" },
  { "empty", "data.scale=", "data", "scale", "" },
  { "longest", "layer a.b.units=7", "layer a.b", "units", "7" },
  { "shorter", "layer a.units=7", "layer a", "units", "7" },
  { "dot-in-key", "layer a.b.x.y=7", "layer a.b", "x.y", "7" },
  { "slash", "layer S/1.units=7", "layer S/1", "units", "7" },
};

/* Sections whose names have dots and slashes. */
static const char dotted[] = "\n[layer a]\nunits = 1\n[layer a.b]\nunits = 2\n"
                             "[layer S/1]\nunits = 3\n";

static void
test_override (gconstpointer data)
{
  const Override *row = data;
  g_autofree char *text = g_strconcat (example, dotted, NULL);
  g_autoptr (DnnExperiment) e = parse (text);
  g_autoptr (GError) error = NULL;

  dnn_experiment_override (e, row->text, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (dnn_experiment_get (e, row->section, row->key), ==,
                   row->value);
}

static const Bad bad_overrides[] = {
  { "no-dot", "scale=2", DNN_ERROR_USAGE, "--set ",
    "takes SECTION.KEY=VALUE, not 'scale=2'" },
  { "no-equals", "data.scale", DNN_ERROR_USAGE, "--set ", "'data.scale'" },
  { "dot-in-value-only", "scale=0.5", DNN_ERROR_USAGE, "--set ",
    "'scale=0.5'" },
  { "empty", "", DNN_ERROR_USAGE, "--set ", "not ''" },
  { "no-key", "data.=2", DNN_ERROR_USAGE, "--set ", "'' is no key" },
  { "bad-key", "data.Scale=2", DNN_ERROR_USAGE,
    "--set data.Scale=2: ", "'Scale' is no key" },
  { "unknown-section", "trian.epochs=2", DNN_ERROR_NAME,
    "--set trian.epochs=2: ", "did you mean 'train'?" },
  { "comment", "data.inputs=a #b", DNN_ERROR_USAGE, "--set",
    "there a comment begins" },
  { "only-comment", "data.inputs=#b", DNN_ERROR_USAGE, "--set", "'#b'" },
  { "unnamed-layer", "layer.units=2", DNN_ERROR_NAME, "--set ",
    "'layer' must have a name" },
};

static void
test_bad_override (gconstpointer data)
{
  const Bad *row = data;
  g_autoptr (DnnExperiment) e = parse (example);
  g_autoptr (DnnExperiment) before = dnn_experiment_copy (e);
  g_autoptr (GError) error = NULL;

  g_assert_false (dnn_experiment_override (e, row->text, &error));

  dnn_assert_error (error, row->code, row->piece);
  g_assert_true (g_str_has_prefix (error->message, row->start));
  assert_equal (e, before);
}

static void
test_override_survives (void)
{
  g_autoptr (DnnExperiment) e = parse (example);
  g_autofree char *text = NULL;
  g_autoptr (DnnExperiment) again = NULL;

  g_test_summary ("What was set on the command line can be read back");

  g_assert_true (
      dnn_experiment_override (e, "model.layers=dense units=3\n! relu", NULL));
  g_assert_true (dnn_experiment_override (e, "data.inputs=a#1.npy", NULL));

  text = dnn_experiment_to_string (e);
  again = parse (text);
  assert_equal (e, again);
}

static void
test_take_away (void)
{
  g_autoptr (DnnExperiment) e = parse (example);

  g_test_summary ("Keys and sections can be taken away, once or twice");

  for (int i = 0; i < 2; i++) {
    dnn_experiment_unset (e, "data", "scale");
    dnn_experiment_unset (e, "train", "loss");
    dnn_experiment_remove (e, "model");
  }

  g_assert_null (dnn_experiment_get (e, "data", "scale"));
  g_assert_nonnull (dnn_experiment_get (e, "data", "dataset"));
  g_assert_null (dnn_experiment_find (e, "model"));
  g_assert_cmpuint (dnn_experiment_n_sections (e), ==, 3);
}

/* --- a section as a plugin ----------------------------------------------- */

static const struct PluginRow {
  const char *name;
  const char *text;
  const char *section;
  const char *want;
} plugins[] = {
  { "optimizer", "[optimizer]\ntype = sgd(momentum=0.9)\nlearning_rate = 1\n",
    "optimizer", "sgd(momentum=0.9, learning_rate=1)" },
  { "type-last", "[optimizer]\nlearning_rate = 1\ntype = sgd\n", "optimizer",
    "sgd(learning_rate=1)" },
  { "layer", "[layer out]\nunits = 3\ntype = dense(use_bias=false)\n",
    "layer out", "dense(use_bias=false, name=out, units=3)" },
};

static void
test_plugin (gconstpointer data)
{
  const struct PluginRow *row = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (DnnExperiment) e = parse (row->text);
  g_autoptr (DnnSpec) spec =
      dnn_experiment_plugin_spec (e, row->section, &error);
  g_autofree char *text = spec != NULL ? dnn_spec_to_string (spec) : NULL;

  g_test_summary ("A section's type is a plugin, its other keys follow");

  g_assert_no_error (error);
  g_assert_cmpstr (text, ==, row->want);
}

static const struct PluginRow bad_plugins[] = {
  { "no-section", "", "optimizer",
    "[optimizer] type must be given, as in --set optimizer.type=sgd" },
  { "no-type", "[optimizer]\nlearning_rate = 1\n", "optimizer",
    "run.dnn:1: [optimizer] type must be given" },
  { "layer-without-type", "\n[layer out]\nunits = 3\n", "layer out",
    "run.dnn:2: [layer out] type must be given" },
  { "no-name", "[optimizer]\ntype = (3)\n", "optimizer",
    "run.dnn:2: '(3)' must be a name" },
};

static void
test_bad_plugin (gconstpointer data)
{
  const struct PluginRow *row = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (DnnExperiment) e = parse (row->text);
  g_autoptr (DnnSpec) spec =
      dnn_experiment_plugin_spec (e, row->section, &error);

  g_test_summary ("A section that names no plugin is refused with its line");

  g_assert_null (spec);
  dnn_assert_error (error, DNN_ERROR_PARAM, row->want);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/experiment/order", test_order);
  g_test_add_func ("/experiment/values", test_values);
  g_test_add_func ("/experiment/continuation", test_continuation);
  g_test_add_func ("/experiment/lines", test_lines);
  for (size_t i = 0; i < G_N_ELEMENTS (values); i++)
    dnn_add_row ("/experiment/value", values[i].name, &values[i], test_value);
  for (size_t i = 0; i < G_N_ELEMENTS (bad); i++)
    dnn_add_row ("/experiment/bad", bad[i].name, &bad[i], test_bad);
  g_test_add_func ("/experiment/zero-byte", test_zero_byte);
  g_test_add_func ("/experiment/missing", test_missing);
  g_test_add_func ("/experiment/empty", test_empty);
  g_test_add_func ("/experiment/round-trip", test_round_trip);
  g_test_add_func ("/experiment/copy", test_copy);
  for (size_t i = 0; i < G_N_ELEMENTS (overrides); i++)
    dnn_add_row ("/experiment/override", overrides[i].name, &overrides[i],
                 test_override);
  for (size_t i = 0; i < G_N_ELEMENTS (bad_overrides); i++)
    dnn_add_row ("/experiment/bad-override", bad_overrides[i].name,
                 &bad_overrides[i], test_bad_override);
  g_test_add_func ("/experiment/override-survives", test_override_survives);
  g_test_add_func ("/experiment/take-away", test_take_away);
  for (size_t i = 0; i < G_N_ELEMENTS (plugins); i++)
    dnn_add_row ("/experiment/plugin", plugins[i].name, &plugins[i],
                 test_plugin);
  for (size_t i = 0; i < G_N_ELEMENTS (bad_plugins); i++)
    dnn_add_row ("/experiment/bad-plugin", bad_plugins[i].name, &bad_plugins[i],
                 test_bad_plugin);

  return g_test_run ();
}
