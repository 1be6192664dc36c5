/* test-plateau.c - when the learning rate is lowered
 *
 * The expected rates are those of Keras' ReduceLROnPlateau, worked out by its
 * rules, for a rate that begins at 1.
 */
#include "dnn-callback.h"

#include "dnn-assert.h"
#include "dnn-test-run.h"
#include "dnn-test.h"

#include <math.h>

static DnnCallback *
make (const char *args, bool validates, GError **error)
{
  const char *const metrics[] = { "accuracy", NULL };
  const int directions[] = { 1 };
  g_autofree char *text = g_strdup_printf ("reduce_lr_on_plateau(%s)", args);
  g_autoptr (DnnSpec) spec = dnn_spec_parse (text, (DnnPlace){ 0 }, NULL);
  g_autoptr (DnnHistory) history = dnn_history_new (metrics, validates);

  return dnn_callback_new (dnn_test_registry (), spec, history, directions,
                           error);
}

/* --- Keras' rules -------------------------------------------------------- */

enum { MOST = 8 };

typedef struct {
  const char *name;
  const char *args;
  double values[MOST]; /* of the column that is watched; 0 ends them */
  double rates[MOST];  /* after each epoch */
} Case;

static const Case cases[] = {
  { "patience-1",
    "patience=1, factor=0.5",
    { 1, 1, 1, .5, .5 },
    { 1, .5, .25, .25, .125 } },
  { "patience-0",
    "patience=0, factor=0.5",
    { 1, 1, .5, 1 },
    { 1, .5, .5, .25 } },
  { "patience-2",
    "patience=2, factor=0.5",
    { 1, 1, 1, 1, 1, .2, 1 },
    { 1, 1, .5, .5, .25, .25, .25 } },
  { "renewed",
    "patience=2, factor=0.5",
    { 1, 1, .9, .9, .9 },
    { 1, 1, 1, 1, .5 } },
  { "min-delta",
    "patience=2, factor=0.5, min_delta=0.1",
    { 1, .95, .91, .7 },
    { 1, 1, .5, .5 } },
  { "min-delta-default",
    "patience=1, factor=0.5",
    { 1, .99995, .9998 },
    { 1, .5, .5 } },
  { "cooldown",
    "patience=1, factor=0.5, cooldown=2",
    { 1, 1, 1, 1, 1, 1, 1 },
    { 1, .5, .5, .25, .25, .125, .125 } },
  { "cooldown-and-best",
    "patience=2, factor=0.5, cooldown=3",
    { 1, 1, .5, .6, .7, .8, .9 },
    { 1, 1, 1, 1, .5, .5, .5 } },
  { "min-lr",
    "patience=1, factor=0.5, min_lr=0.3",
    { 1, 1, 1, 1, 1 },
    { 1, .5, .3, .3, .3 } },
  { "nan", "patience=2, factor=0.5", { 1, NAN, NAN, .5 }, { 1, 1, .5, .5 } },
  { "higher-is-better",
    "monitor=val_accuracy, patience=2, factor=0.5",
    { .5, .6, .6, .6, .7 },
    { 1, 1, 1, .5, .5 } },
  { "mode-max",
    "mode=max, patience=2, factor=0.5",
    { .5, .6, .6, .6, .7 },
    { 1, 1, 1, .5, .5 } },
  { "mode-min",
    "monitor=val_accuracy, mode=min, patience=1, factor=0.5",
    { .5, .4, .6, .3 },
    { 1, 1, .5, .5 } },
  { "mode-auto",
    "monitor=val_accuracy, mode=auto, patience=1, factor=0.5",
    { .5, .6, .4 },
    { 1, 1, .5 } },
  { "defaults", "", { 1, 1, 1, 1, 1, 1, 1, 1 }, { 1, 1, 1, 1, 1, 1, 1, 1 } },
};

static void
test_case (gconstpointer data)
{
  const Case *row = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (DnnCallback) plateau = make (row->args, true, &error);
  double metrics[] = { 5 }, val_metrics[] = { 6 }, rate = 1;
  DnnHistoryEpoch epoch = {
    .loss = 7, .metrics = metrics, .val_loss = 8, .val_metrics = val_metrics
  };
  DnnCallbackEpoch seen = { .columns = &epoch };
  double *watched = strstr (row->args, "val_accuracy") != NULL
                        ? &val_metrics[0]
                        : &epoch.val_loss;

  g_assert_no_error (error);
  for (int i = 0; i < MOST && row->values[i] != 0; i++) {
    g_autofree char *told = NULL;

    *watched = row->values[i];
    seen.number = i;
    g_assert_true (
        dnn_callback_update (plateau, &seen, NULL, &rate, &told, &error));

    g_assert_cmpfloat (rate, ==, row->rates[i]);
  }
}

/* --- in training --------------------------------------------------------- */

#define WATCH(callbacks, optimizer)                                            \
  DNN_RUN_DATA DNN_RUN_MODEL                                                   \
      "[train]\nbatch_size = 8\nepochs = 4\ncallbacks = " callbacks            \
      "\n[optimizer]\n" optimizer
/* Nothing improves by so much. */
#define EVERY_EPOCH "reduce_lr_on_plateau(patience=0, factor=0.5, min_delta=99)"
#define SGD         "type = sgd\nlearning_rate = 0.1\n"

static void
test_training (void)
{
  g_autoptr (DnnRun) run = dnn_test_run_good (WATCH (EVERY_EPOCH, SGD));
  g_autofree char *messages = dnn_test_run_train (run);
  const DnnHistory *history = dnn_trainer_history (dnn_run_trainer (run));
  const double rates[] = { .1, .1, .05, .025 };

  g_test_summary ("The optimizer's rate is lowered, the history has the rate "
                  "that an epoch was trained with, and it is told");

  for (size_t i = 0; i < G_N_ELEMENTS (rates); i++)
    g_assert_cmpfloat (dnn_history_at (history, i)->learning_rate, ==,
                       rates[i]);
  g_assert_nonnull (strstr (
      messages, "epoch 2: nothing has improved; learning_rate is now 0.05\n"));
}

static void
test_phases (void)
{
  g_autoptr (DnnRun) run = dnn_test_run_good (
      WATCH (EVERY_EPOCH, SGD) "[phase a]\n[phase b]\nepochs = 1\n");
  g_autofree G_GNUC_UNUSED char *messages = dnn_test_run_train (run);
  const DnnHistory *history = dnn_trainer_history (dnn_run_trainer (run));

  g_test_summary ("A phase begins with the rate that it says");

  g_assert_cmpfloat (dnn_history_at (history, 4)->learning_rate, ==, .1);
}

/* --- mistakes ------------------------------------------------------------ */

typedef struct {
  const char *name;
  const char *text;
  int code;
  const char *piece;
} Bad;

static const Bad bad[] = {
  { "factor", WATCH ("reduce_lr_on_plateau(factor=1)", SGD), DNN_ERROR_PARAM,
    "reduce_lr_on_plateau: factor must be below 1, not '1'" },
  { "monitor", WATCH ("reduce_lr_on_plateau(monitor=val_los)", SGD),
    DNN_ERROR_NAME, "did you mean 'val_loss'" },
  { "key", WATCH ("reduce_lr_on_plateau(patients=3)", SGD), DNN_ERROR_NAME,
    "did you mean 'patience'" },
  { "mode", WATCH ("reduce_lr_on_plateau(mode=maximum)", SGD), DNN_ERROR_PARAM,
    "'maximum'" },
  { "name", WATCH ("reduce_lr_on_plato", SGD), DNN_ERROR_NAME,
    "did you mean 'reduce_lr_on_plateau'" },
  { "twice", WATCH ("reduce_lr_on_plateau, reduce_lr_on_plateau", SGD),
    DNN_ERROR_PARAM, "'reduce_lr_on_plateau' stands twice" },
  { "schedule",
    WATCH ("reduce_lr_on_plateau",
           "type = sgd\nlearning_rate = constant(value=0.1)\n"),
    DNN_ERROR_PARAM, "must be a number to be set, and a schedule drives it" },
};

static void
test_bad (gconstpointer data)
{
  const Bad *row = data;
  g_autoptr (GError) error = NULL;

  g_assert_null (dnn_test_run_new (row->text, &error));

  dnn_assert_error (error, row->code, row->piece);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    dnn_add_row ("/plateau", cases[i].name, &cases[i], test_case);
  g_test_add_func ("/plateau/training", test_training);
  g_test_add_func ("/plateau/phases", test_phases);
  for (size_t i = 0; i < G_N_ELEMENTS (bad); i++)
    dnn_add_row ("/plateau/bad", bad[i].name, &bad[i], test_bad);

  return dnn_test_run_main (NULL);
}
