/* test-lr-find - the sweep of the rate, what it leaves, and its suggestions */
#include "dnn-lr-find.h"

#include "dnn-assert.h"
#include "dnn-test-run.h"

#include <math.h>
#include <string.h>

/* --- suggestions --------------------------------------------------------- */

enum { N_POINTS = 121 }; /* 1e-5 to 10, 20 a decade */

/* Flat, a fall from 2 to 1 between the rates 1e-3 and 1e-1, then a rise. */
static double
valley_shape (double log_rate)
{
  if (log_rate < -3)
    return 2;
  return log_rate < -1 ? 2 - (log_rate + 3) / 2 : 1 + 5 * (log_rate + 1);
}

static double
rising_shape (double log_rate)
{
  return log_rate + 6;
}

static void
suggest (double (*shape) (double log_rate),
         double ret_suggestions[DNN_N_LR_RULES])
{
  DnnLrPoint points[N_POINTS];

  for (int i = 0; i < N_POINTS; i++) {
    const double log_rate = -5 + i / 20.0;

    points[i].rate = pow (10, log_rate);
    points[i].smooth = points[i].loss = shape (log_rate);
  }
  dnn_lr_suggest (points, N_POINTS, ret_suggestions);
}

static void
test_suggestions (void)
{
  double found[DNN_N_LR_RULES];

  g_test_summary ("On a curve with corners every rule is known on paper");

  suggest (valley_shape, found);

  g_assert_cmpfloat (found[DNN_LR_STEEPEST], >, 1e-3);
  g_assert_cmpfloat (found[DNN_LR_STEEPEST], <, 1e-1);
  /* three quarters of two decades, to a twentieth of a decade */
  g_assert_cmpfloat_with_epsilon (log10 (found[DNN_LR_VALLEY]), -1.5, 0.051);
  g_assert_cmpfloat_with_epsilon (found[DNN_LR_MINIMUM], 1e-2, 1e-6);
  g_assert_cmpfloat (found[DNN_LR_SLIDE], >, 1e-3);
  g_assert_cmpfloat (found[DNN_LR_SLIDE], <=, 1e-1);
}

static void
test_no_suggestion (void)
{
  double found[DNN_N_LR_RULES];

  g_test_summary ("A loss that only rises has no place for these rules");

  suggest (rising_shape, found);

  g_assert_true (isnan (found[DNN_LR_STEEPEST]));
  g_assert_true (isnan (found[DNN_LR_VALLEY]));
  g_assert_true (isnan (found[DNN_LR_MINIMUM]));
}

/* --- the sweep ----------------------------------------------------------- */

#define MODEL                                                                  \
  "[model]\nlayers = dense units=8 ! batch_normalization ! relu ! dropout "    \
  "rate=0.2 ! dense units=3 activation=softmax\n"
#define TEXT(optimizer)                                                        \
  DNN_RUN_DATA MODEL DNN_RUN_TRAIN "[optimizer]\n" optimizer "\n"

static DnnLrFind *
sweep (DnnRun *run, const DnnLrOptions *options, GError **error)
{
  g_autoptr (GPtrArray) phases =
      dnn_phases_parse (dnn_run_experiment (run), NULL);

  return dnn_lr_find (dnn_run_model (run), dnn_run_data (run),
                      g_ptr_array_index (phases, 0), options, error);
}

/* Each leaves the weights as they were, whatever its rate says. */
static const char *const optimizers[] = {
  TEXT ("type = sgd\nmomentum = 0.9"),
  TEXT ("type = adam\nlearning_rate = 0.01\nuse_ema = true"),
  TEXT ("type = rmsprop\nlr = 0.01\nglobal_clipnorm = 1"),
  TEXT ("type = lamb\nlearning_rate = cosine_decay(decay_steps=10)"),
  TEXT ("type = sgd(learning_rate=0.5)\ngradient_accumulation_steps = 2"),
};

static void
test_restored (gconstpointer data)
{
  const DnnLrOptions options = { 1e-4, 100, 30, NULL, NULL };
  g_autoptr (DnnRun) run = dnn_test_run_good (data);
  g_autoptr (DnnRun) same = dnn_test_run_good (data);
  g_autoptr (GError) error = NULL;
  g_autoptr (DnnLrFind) found = NULL;

  g_test_summary ("After a sweep every bit is as before, and trains as before");

  found = sweep (run, &options, &error);
  g_assert_no_error (error);
  dnn_test_assert_same_model (dnn_run_model (run), dnn_run_model (same));

  g_free (dnn_test_run_train (run));
  g_free (dnn_test_run_train (same));
  dnn_test_assert_same_model (dnn_run_model (run), dnn_run_model (same));
}

static void
count_step (void *data, const DnnLrPoint *point)
{
  (void) point;
  ++*(size_t *) data;
}

static void
test_rates (void)
{
  size_t n = 0;
  const DnnLrOptions options = { 1e-4, 1e-2, 21, count_step, &n };
  g_autoptr (DnnRun) run = dnn_test_run_good (optimizers[0]);
  g_autoptr (DnnLrFind) found = sweep (run, &options, NULL);
  const DnnLrPoint *points;

  g_test_summary ("The rate grows by one factor, from the first to the last");

  points = (const DnnLrPoint *) found->points->data;
  g_assert_cmpuint (found->points->len, ==, 21);
  g_assert_cmpuint (n, ==, 21);
  g_assert_false (found->diverged);
  for (int i = 0; i < 21; i++)
    g_assert_cmpfloat_with_epsilon (points[i].rate, 1e-4 * pow (10, i / 10.0),
                                    1e-12);
  g_assert_cmpfloat (points[0].smooth, ==, points[0].loss);
}

static void
test_learns (void)
{
  const DnnLrOptions options = { 1e-3, 1, 60, NULL, NULL };
  g_autoptr (DnnRun) run =
      dnn_test_run_good (DNN_RUN_DATA DNN_RUN_MODEL DNN_RUN_TRAIN DNN_RUN_SGD);
  g_autoptr (DnnLrFind) found = sweep (run, &options, NULL);
  const DnnLrPoint *points = (const DnnLrPoint *) found->points->data;

  g_test_summary ("With rates that are right the loss falls: steps are taken");

  g_assert_cmpfloat (points[59].smooth, <, 0.7 * points[0].smooth);
}

static void
test_diverges (void)
{
  const DnnLrOptions options = { 1e-2, 1e5, 60, NULL, NULL };
  g_autoptr (DnnRun) run =
      dnn_test_run_good (DNN_RUN_DATA DNN_RUN_MODEL DNN_RUN_TRAIN DNN_RUN_SGD);
  g_autoptr (GError) error = NULL;
  g_autoptr (DnnLrFind) found = sweep (run, &options, &error);

  g_test_summary ("A loss that blows up ends the sweep, and is no error");

  g_assert_no_error (error);
  g_assert_true (found->diverged);
  g_assert_cmpuint (found->points->len, <, 60);
}

/* --- errors -------------------------------------------------------------- */

typedef struct {
  const char *name;
  DnnLrOptions options;
  int code;
  const char *piece;
} Bad;

static const Bad bads[] = {
  { "zero", { 0, 1, 20, NULL, NULL }, DNN_ERROR_PARAM, "from '0'" },
  { "falling", { 1, 0.1, 20, NULL, NULL }, DNN_ERROR_PARAM, "must grow" },
  { "too-large", { 1, 1e9, 20, NULL, NULL }, DNN_ERROR_PARAM, "'1e+09'" },
  { "few", { 1e-3, 1, 9, NULL, NULL }, DNN_ERROR_PARAM, "'9'" },
  { "lost", { 1e5, 1e6, 20, NULL, NULL }, DNN_ERROR_DIVERGED, "'100000'" },
};

static void
test_bad (gconstpointer data)
{
  const Bad *bad = data;
  g_autoptr (DnnRun) run =
      dnn_test_run_good (DNN_RUN_DATA DNN_RUN_MODEL DNN_RUN_TRAIN DNN_RUN_SGD);
  g_autoptr (DnnRun) same =
      dnn_test_run_good (DNN_RUN_DATA DNN_RUN_MODEL DNN_RUN_TRAIN DNN_RUN_SGD);
  g_autoptr (GError) error = NULL;
  g_autoptr (DnnLrFind) found = sweep (run, &bad->options, &error);

  g_assert_null (found);
  dnn_assert_error (error, bad->code, bad->piece);
  dnn_test_assert_same_model (dnn_run_model (run), dnn_run_model (same));
}

/* --- the file ------------------------------------------------------------ */

#define HEAD                                                                   \
  DNN_RUN_DATA MODEL DNN_RUN_TRAIN "loss = sparse_categorical_crossentropy\n"

typedef struct {
  const char *name;
  const char *text;  /* below [optimizer] */
  const char *after; /* the same, with a rate of 0.03; or ... */
  const char *piece; /* ... why not */
} Applied;

static const Applied applied[] = {
  { "number", "type = sgd\nlearning_rate = 1 # one\n",
    "type = sgd\nlearning_rate = 0.03 # one\n", NULL },
  { "alias", "type = sgd\nlr=1/2\n", "type = sgd\nlr=0.03\n", NULL },
  { "default", "type = sgd\n\n# end\n",
    "type = sgd\nlearning_rate = 0.03\n\n# end\n", NULL },
  { "phase", "type = sgd\n[phase a]\noptimizer.learning_rate = 1\n",
    "type = sgd\n[phase a]\noptimizer.learning_rate = 0.03\n", NULL },
  { "phase-type", "type = sgd\n[phase a]\noptimizer.type = adam\n",
    "type = sgd\n[phase a]\noptimizer.type = adam\n"
    "optimizer.learning_rate = 0.03\n",
    NULL },
  { "schedule", "type = sgd\nlearning_rate = cosine_decay(decay_steps=9)\n",
    NULL, "'cosine_decay(decay_steps=9)', a schedule" },
  { "parentheses", "type = sgd(learning_rate=1)\n", NULL, "parentheses" },
};

static void
test_apply (gconstpointer data)
{
  const Applied *row = data;
  g_autofree char *text = g_strconcat (HEAD "[optimizer]\n", row->text, NULL);
  g_autoptr (DnnRegistry) registry = dnn_registry_new (NULL);
  g_autoptr (DnnExperiment) experiment = dnn_test_experiment (text);
  g_autoptr (GPtrArray) phases = dnn_phases_parse (experiment, NULL);
  g_autofree char *said = NULL, *now = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents ("apply.dnn", text, -1, NULL));
  if (row->piece != NULL) {
    g_assert_false (dnn_lr_check_apply (registry, experiment,
                                        g_ptr_array_index (phases, 0), &error));
    dnn_assert_error (error, DNN_ERROR_PARAM, row->piece);
    return;
  }
  dnn_lr_apply (registry, "apply.dnn", g_ptr_array_index (phases, 0), 0.03,
                &said, &error);
  g_assert_no_error (error);
  g_assert_true (g_file_get_contents ("apply.dnn", &now, NULL, NULL));
  g_assert_true (g_str_has_suffix (now, row->after));
  g_assert_true (g_str_has_prefix (now, HEAD));
}

/* --- the picture --------------------------------------------------------- */

static void
test_picture (void)
{
  static const GMarkupParser parser = { NULL };
  const DnnLrOptions options = { 1e-3, 1e5, 60, NULL, NULL };
  g_autoptr (GMarkupParseContext) context =
      g_markup_parse_context_new (&parser, G_MARKUP_DEFAULT_FLAGS, NULL, NULL);
  g_autoptr (DnnRun) run =
      dnn_test_run_good (DNN_RUN_DATA DNN_RUN_MODEL DNN_RUN_TRAIN DNN_RUN_SGD);
  g_autoptr (DnnLrFind) found = sweep (run, &options, NULL);
  g_autofree char *svg = dnn_lr_find_to_svg (found);
  g_autoptr (GError) error = NULL;

  g_test_summary ("The picture is well-formed and names what was found");

  g_markup_parse_context_parse (context, svg, -1, &error);
  g_assert_no_error (error);
  g_assert_null (strstr (svg, "nan"));
  g_assert_null (strstr (svg, "inf"));
  g_assert_nonnull (strstr (svg, ">valley "));
  g_assert_nonnull (strstr (svg, ">smoothed<"));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/lr-find/suggestions", test_suggestions);
  g_test_add_func ("/lr-find/no-suggestion", test_no_suggestion);
  for (size_t i = 0; i < G_N_ELEMENTS (optimizers); i++) {
    g_autofree char *path = g_strdup_printf ("/lr-find/restored/%zu", i);

    g_test_add_data_func (path, optimizers[i], test_restored);
  }
  g_test_add_func ("/lr-find/rates", test_rates);
  g_test_add_func ("/lr-find/learns", test_learns);
  g_test_add_func ("/lr-find/diverges", test_diverges);
  for (size_t i = 0; i < G_N_ELEMENTS (bads); i++)
    dnn_add_row ("/lr-find/bad", bads[i].name, &bads[i], test_bad);
  for (size_t i = 0; i < G_N_ELEMENTS (applied); i++)
    dnn_add_row ("/lr-find/apply", applied[i].name, &applied[i], test_apply);
  g_test_add_func ("/lr-find/picture", test_picture);

  return dnn_test_run_main (NULL);
}
