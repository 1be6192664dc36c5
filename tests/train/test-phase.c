/* test-phase.c - what each phase of an experiment comes to, and its training */
#include "dnn-phase.h"

#include "dnn-assert.h"
#include "dnn-test-run.h"

#define LOSS "[train]\nloss = sparse_categorical_crossentropy\n"
#define ADAM "[optimizer]\ntype = adam\nlearning_rate = 0.02\nbeta_1 = 0.8\n"

static GPtrArray *
parse (const char *text, GError **error)
{
  g_autoptr (DnnExperiment) experiment = dnn_test_experiment (text);

  return dnn_phases_parse (experiment, error);
}

/* --- merging ------------------------------------------------------------- */

typedef struct {
  const char *name;
  const char *train; /* keys of [train] */
  const char *phases;
  int64_t epochs, steps, batch_size; /* of the last phase */
  const char *frozen;
  const char *optimizer;
} Merged;

#define ADAM_SPEC "adam(learning_rate=0.02, beta_1=0.8)"

static const Merged merged[] = {
  { "none", "epochs = 4\n", "", 4, 0, 32, "", ADAM_SPEC },
  { "empty", "epochs = 4\nbatch_size = 8\n", "[phase a]\n", 4, 0, 8, "",
    ADAM_SPEC },
  { "overrides", "epochs = 4\nbatch_size = 8\n",
    "[phase a]\nepochs = 2\nbatch_size = 16\n", 2, 0, 16, "", ADAM_SPEC },
  { "not-of-the-previous", "epochs = 4\nbatch_size = 8\n",
    "[phase a]\nepochs = 2\nbatch_size = 16\nfrozen = dense\n"
    "optimizer.learning_rate = 1\noptimizer.clipnorm = 3\n[phase b]\n",
    4, 0, 8, "", ADAM_SPEC },
  { "type-not-of-the-previous", "epochs = 4\n",
    "[phase a]\noptimizer.type = sgd\n[phase b]\n", 4, 0, 32, "", ADAM_SPEC },
  { "file-frozen", "frozen = den*\n", "[phase a]\n", 1, 0, 32, "den*",
    ADAM_SPEC },
  { "phase-frozen", "frozen = den*\n", "[phase a]\nfrozen = relu\n", 1, 0, 32,
    "relu", ADAM_SPEC },
  { "phase-unfreezes", "frozen = den*\n", "[phase a]\nfrozen =\n", 1, 0, 32, "",
    ADAM_SPEC },
  { "steps", "epochs = 4\n", "[phase a]\nsteps = 7\n", 1, 7, 32, "",
    ADAM_SPEC },
  { "epochs-for-steps", "steps = 7\n", "[phase a]\nepochs = 2\n", 2, 0, 32, "",
    ADAM_SPEC },
  { "steps-of-the-file", "steps = 7\n", "[phase a]\n", 1, 7, 32, "",
    ADAM_SPEC },
  { "steps-not-of-the-previous", "epochs = 4\n",
    "[phase a]\nsteps = 7\n[phase b]\n", 4, 0, 32, "", ADAM_SPEC },
  { "rate", "", "[phase a]\noptimizer.learning_rate = 0.5\n", 1, 0, 32, "",
    "adam(learning_rate=0.5, beta_1=0.8)" },
  { "another-key", "", "[phase a]\noptimizer.clipnorm = 1\n", 1, 0, 32, "",
    "adam(learning_rate=0.02, beta_1=0.8, clipnorm=1)" },
  { "type", "", "[phase a]\noptimizer.type = sgd\n", 1, 0, 32, "", "sgd" },
  { "type-with-keys", "",
    "[phase a]\noptimizer.momentum = 0.5\noptimizer.type = sgd\n", 1, 0, 32, "",
    "sgd(momentum=0.5)" },
  { "type-in-parentheses", "",
    "[phase a]\noptimizer.type = sgd(momentum=0.5, learning_rate=3)\n"
    "optimizer.learning_rate = 2\n",
    1, 0, 32, "", "sgd(momentum=0.5, learning_rate=2)" },
  /* The same type is a new beginning, too: the phase says so. */
  { "same-type", "", "[phase a]\noptimizer.type = adam\n", 1, 0, 32, "",
    "adam" },
};

static void
test_merged (gconstpointer data)
{
  const Merged *row = data;
  g_autofree char *text =
      g_strconcat (LOSS, row->train, ADAM, row->phases, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) phases = parse (text, &error);
  const DnnPhase *last;
  g_autofree char *optimizer = NULL;

  g_assert_no_error (error);
  last = g_ptr_array_index (phases, phases->len - 1);
  optimizer = dnn_spec_to_string (last->optimizer);

  g_assert_cmpint (last->settings.epochs, ==, row->epochs);
  g_assert_cmpint (last->settings.steps, ==, row->steps);
  g_assert_cmpint (last->settings.batch_size, ==, row->batch_size);
  g_assert_cmpstr (last->settings.frozen, ==, row->frozen);
  g_assert_cmpstr (optimizer, ==, row->optimizer);
}

static void
test_names (void)
{
  g_autoptr (GPtrArray) phases =
      parse (LOSS ADAM "[phase b]\n[phase a]\n[phase 2]\n", NULL);
  g_autoptr (GPtrArray) only = parse (LOSS ADAM, NULL);
  g_autoptr (GString) names = g_string_new (NULL);

  g_test_summary ("Phases stand in the order written; a file without has one, "
                  "'train'");

  for (guint i = 0; i < phases->len; i++) {
    const DnnPhase *phase = g_ptr_array_index (phases, i);

    g_string_append_printf (names, "%s:%u ", phase->name, phase->place.line);
  }

  g_assert_cmpstr (names->str, ==, "b:7 a:8 2:9 ");
  g_assert_cmpuint (only->len, ==, 1);
  g_assert_cmpstr (((DnnPhase *) g_ptr_array_index (only, 0))->name, ==,
                   "train");
}

/* --- mistakes ------------------------------------------------------------ */

typedef struct {
  const char *name;
  const char *phases;
  int code;
  const char *piece;
} Bad;

/* Line 14 of the file is the first of the phases. */
#define WHOLE                                                                  \
  DNN_RUN_DATA DNN_RUN_MODEL                                                   \
      "[train]\nmetrics = accuracy\nbatch_size = 8\nepochs = 2\n" DNN_RUN_SGD

static const Bad bad[] = {
  { "epochs-and-steps", "[phase a]\nepochs = 1\nsteps = 2\n", DNN_ERROR_PARAM,
    "run.dnn:14: [phase a] sets both epochs and steps; one of them ends" },
  { "seed", "[phase a]\nepochs = 1\nseed = 2\n", DNN_ERROR_PARAM,
    "run.dnn:16: [phase a] seed is one for the whole run; set it in [train]" },
  { "threads", "[phase a]\nthreads = 2\n", DNN_ERROR_PARAM,
    "run.dnn:15: [phase a] threads is one for the whole run" },
  { "metrics", "[phase a]\nmetrics = accuracy\n", DNN_ERROR_PARAM,
    "run.dnn:15: [phase a] metrics is one for the whole run" },
  { "in-second", "[phase a]\n[phase b]\nseed = 2\n", DNN_ERROR_PARAM,
    "run.dnn:16: [phase b] seed is" },
  { "unknown-key", "[phase a]\nepoch = 1\n", DNN_ERROR_NAME, "run.dnn:15: " },
  { "unknown-key-nearest", "[phase a]\nepoch = 1\n", DNN_ERROR_NAME,
    "did you mean 'epochs'" },
  { "epochs", "[phase a]\nepochs = 0\n", DNN_ERROR_PARAM, "run.dnn:15: " },
  { "steps", "[phase a]\nsteps = -1\n", DNN_ERROR_PARAM, "run.dnn:15: " },
  { "optimizer-section", "[phase a]\noptimiser.type = sgd\n", DNN_ERROR_NAME,
    "run.dnn:15: " },
  { "optimizer-type", "[phase a]\noptimizer.type = sgdd\n", DNN_ERROR_NAME,
    "run.dnn:15: " },
  { "optimizer-type-nearest", "[phase a]\noptimizer.type = sgdd\n",
    DNN_ERROR_NAME, "did you mean 'sgd'" },
  { "optimizer-key", "[phase a]\nepochs = 1\noptimizer.momentun = 1\n",
    DNN_ERROR_NAME, "run.dnn:16: sgd: " },
  { "optimizer-value", "[phase a]\noptimizer.momentum = 2\n", DNN_ERROR_PARAM,
    "run.dnn:15: sgd: momentum must be" },
  { "file-key-of-other-type",
    "[phase a]\noptimizer.type = adam\noptimizer.momentum = 0.5\n",
    DNN_ERROR_NAME, "run.dnn:16: adam: " },
  { "frozen-glob", "[phase a]\nfrozen = dens\n", DNN_ERROR_NAME,
    "frozen: no layer is called 'dens'; did you mean 'dense'" },
  { "frozen-glob-place", "[phase a]\nfrozen = dens\n", DNN_ERROR_NAME,
    "run.dnn:14: " },
  { "trainable-glob", "[phase a]\nfrozen = *\ntrainable = dense, conv*\n",
    DNN_ERROR_NAME, "trainable: no layer is called 'conv*'" },
  { "loss", "[phase a]\nloss = mue\n", DNN_ERROR_NAME, "run.dnn:14: " },
  { "callback", "[phase a]\ncallbacks = stop\n", DNN_ERROR_NAME,
    "run.dnn:14: there is no callback plugin 'stop'" },
};

static void
test_bad (gconstpointer data)
{
  const Bad *row = data;
  g_autofree char *text = g_strconcat (WHOLE, row->phases, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (dnn_test_run_new (text, &error));

  dnn_assert_error (error, row->code, row->piece);
}

/* Errors in a later phase are reported before the first is trained. */
static const Bad bad_later[] = {
  { "glob", "[phase a]\n[phase b]\nfrozen = dens\n", DNN_ERROR_NAME,
    "run.dnn:15: frozen: no layer is called 'dens'; did you mean 'dense'" },
  { "optimizer", "[phase a]\n[phase b]\noptimizer.type = sgdd\n",
    DNN_ERROR_NAME, "did you mean 'sgd'" },
  { "optimizer-key", "[phase a]\n[phase b]\noptimizer.momentun = 1\n",
    DNN_ERROR_NAME, "run.dnn:16: sgd: " },
  { "callback", "[phase a]\n[phase b]\ncallbacks = stop\n", DNN_ERROR_NAME,
    "run.dnn:15: there is no callback plugin 'stop'" },
  { "monitor",
    "[phase a]\n[phase b]\ncallbacks = early_stopping(monitor=val_los)\n",
    DNN_ERROR_NAME, "run.dnn:15: there is no column 'val_los'" },
  { "loss", "[phase a]\n[phase b]\nloss = mue\n", DNN_ERROR_NAME,
    "run.dnn:15: " },
};

/* --- training ------------------------------------------------------------ */

static DnnRun *
make (const char *phases)
{
  g_autofree char *text = g_strconcat (WHOLE, phases, NULL);

  return dnn_test_run_good (text);
}

/* "1a 2b ...": the epochs and their phases. */
static char *
rows_of (DnnRun *run)
{
  const DnnHistory *history = dnn_trainer_history (dnn_run_trainer (run));
  g_autoptr (GString) text = g_string_new (NULL);

  for (size_t i = 0; i < dnn_history_count (history); i++)
    g_string_append_printf (text, "%s%" G_GINT64_FORMAT "%s", i > 0 ? " " : "",
                            dnn_history_at (history, i)->number,
                            dnn_history_at (history, i)->phase);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* Four steps are an epoch. */
static const struct Rows {
  const char *name;
  const char *phases;
  const char *rows;
  uint64_t steps;
} rows[] = {
  { "epochs", "[phase a]\nepochs = 1\n[phase b]\nepochs = 2\n", "1a 2b 3b",
    12 },
  { "partial", "[phase a]\nsteps = 6\n[phase b]\nsteps = 1\n", "1a 2a 3b", 7 },
  { "whole", "[phase a]\nsteps = 8\n[phase b]\nepochs = 1\n", "1a 2a 3b", 12 },
  { "less-than-one", "[phase a]\nsteps = 3\n[phase b]\n", "1a 2b 3b", 11 },
  { "batch-size", "[phase a]\nbatch_size = 30\n[phase b]\nbatch_size = 1\n",
    "1a 2a 3b 4b", 62 },
};

static void
test_rows (gconstpointer data)
{
  const struct Rows *row = data;
  g_autoptr (DnnRun) run = make (row->phases);
  g_autofree G_GNUC_UNUSED char *messages = dnn_test_run_train (run);
  g_autofree char *found = rows_of (run);

  g_assert_cmpstr (found, ==, row->rows);
  g_assert_cmpuint (dnn_trainer_step (dnn_run_trainer (run)), ==, row->steps);
}

static void
test_history (void)
{
  g_autoptr (DnnRun) run =
      make ("[phase warm]\nsteps = 5\noptimizer.learning_rate = "
            "constant(value=0.25)\n[phase main]\nepochs = 1\n");
  const DnnHistory *history;
  g_autofree char *csv = NULL;
  g_auto (GStrv) lines = NULL;

  g_test_summary ("history.csv names the phase of each epoch, and its rate");

  dnn_test_run_train_in (run, "history");
  g_assert_true (g_file_get_contents ("history/history.csv", &csv, NULL, NULL));
  lines = g_strsplit (csv, "\n", -1);
  history = dnn_trainer_history (dnn_run_trainer (run));

  g_assert_cmpuint (g_strv_length (lines), ==, 5);
  g_assert_true (g_str_has_prefix (lines[1], "1,warm,"));
  g_assert_true (g_str_has_prefix (lines[2], "2,warm,"));
  g_assert_true (g_str_has_prefix (lines[3], "3,main,"));
  g_assert_cmpfloat (dnn_history_at (history, 1)->learning_rate, ==, 0.25);
  g_assert_cmpfloat (dnn_history_at (history, 2)->learning_rate, ==, 0.1);
}

static void
test_same_as_one (void)
{
  g_autoptr (DnnRun) one = make ("");
  g_autoptr (DnnRun) two = make ("[phase a]\nepochs = 1\n[phase b]\n"
                                 "epochs = 1\n");
  g_autofree G_GNUC_UNUSED char *first = dnn_test_run_train (one);
  g_autofree G_GNUC_UNUSED char *second = dnn_test_run_train (two);

  g_test_summary ("Two phases of an epoch are two epochs, bit for bit: seed, "
                  "order and steps go on");

  dnn_test_assert_same_model (dnn_run_model (one), dnn_run_model (two));
}

/* --- which layers train -------------------------------------------------- */

static const struct Globs {
  const char *name;
  const char *keys;
  bool moves[2]; /* dense, dense_1 */
} globs[] = {
  { "all", "", { true, true } },
  { "frozen", "frozen = dense\n", { false, true } },
  { "frozen-glob", "frozen = dense*\n", { false, false } },
  { "frozen-list", "frozen = relu, dense_1\n", { true, false } },
  { "trainable-wins", "frozen = *\ntrainable = dense_?\n", { false, true } },
  { "in-any-order", "trainable = dense\nfrozen = dense*\n", { true, false } },
};

static void
test_globs (gconstpointer data)
{
  const struct Globs *row = data;
  const char *const names[] = { "dense/kernel", "dense_1/kernel" };
  g_autofree char *phases =
      g_strconcat ("[phase a]\nepochs = 1\n", row->keys, NULL);
  g_autoptr (DnnRun) run = make (phases);
  g_autoptr (GBytes) first =
      dnn_test_keep_weight (dnn_run_model (run), names[0]);
  g_autoptr (GBytes) second =
      dnn_test_keep_weight (dnn_run_model (run), names[1]);
  g_autofree G_GNUC_UNUSED char *messages = dnn_test_run_train (run);

  g_assert_cmpint (!dnn_test_is_still (dnn_run_model (run), names[0], first),
                   ==, row->moves[0]);
  g_assert_cmpint (!dnn_test_is_still (dnn_run_model (run), names[1], second),
                   ==, row->moves[1]);
}

static void
test_own_trainable (void)
{
  g_autofree char *text = g_strconcat (
      DNN_RUN_DATA "[model]\nlayers = dense units=8 trainable=false ! dense "
                   "units=3 activation=softmax\n" DNN_RUN_TRAIN DNN_RUN_SGD,
      "[phase a]\nepochs = 1\ntrainable = dense\n[phase b]\nepochs = 1\n",
      NULL);
  g_autoptr (DnnRun) run = dnn_test_run_good (text);
  g_autofree char *messages = NULL;

  g_test_summary ("After a phase that says otherwise, `trainable` is again "
                  "what the model says");

  g_assert_true (
      dnn_model_find_layer (dnn_run_model (run), "dense")->trainable);
  messages = dnn_test_run_train (run);

  g_assert_false (
      dnn_model_find_layer (dnn_run_model (run), "dense")->trainable);
  g_assert_nonnull (strstr (messages, "phase a: 67 parameters train, 0 do"));
  g_assert_nonnull (strstr (messages, "phase b: 27 parameters train, 40 do"));
}

static void
add_rows (void)
{
  for (size_t i = 0; i < G_N_ELEMENTS (merged); i++)
    dnn_add_row ("/phase/merged", merged[i].name, &merged[i], test_merged);
  for (size_t i = 0; i < G_N_ELEMENTS (bad); i++)
    dnn_add_row ("/phase/bad", bad[i].name, &bad[i], test_bad);
  for (size_t i = 0; i < G_N_ELEMENTS (bad_later); i++)
    dnn_add_row ("/phase/bad-later", bad_later[i].name, &bad_later[i],
                 test_bad);
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++)
    dnn_add_row ("/phase/rows", rows[i].name, &rows[i], test_rows);
  for (size_t i = 0; i < G_N_ELEMENTS (globs); i++)
    dnn_add_row ("/phase/globs", globs[i].name, &globs[i], test_globs);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  add_rows ();
  g_test_add_func ("/phase/names", test_names);
  g_test_add_func ("/phase/history", test_history);
  g_test_add_func ("/phase/same-as-one", test_same_as_one);
  g_test_add_func ("/phase/own-trainable", test_own_trainable);

  return dnn_test_run_main (NULL);
}
