/* test-callbacks.c - callbacks of strangers, alone and beside ours */
#include "dnn-assert.h"
#include "dnn-test-run.h"

#define TRAIN(callbacks)                                                       \
  DNN_RUN_DATA DNN_RUN_MODEL DNN_RUN_SGD                                       \
      "[train]\nbatch_size = 8\nepochs = 9\ncallbacks = " callbacks "\n"
#define BELOW "stop_below(monitor=loss, below=1e9)"

static size_t
count_epochs (const DnnRun *run)
{
  return dnn_history_count (dnn_trainer_history (dnn_run_trainer (run)));
}

static void
test_stops (void)
{
  g_autoptr (DnnRun) run = dnn_test_run_good (TRAIN (BELOW));
  g_autofree char *messages = dnn_test_run_train (run);

  g_test_summary ("A stranger's callback ends the phase, and says why");

  g_assert_cmpuint (count_epochs (run), ==, 3);
  g_assert_nonnull (strstr (messages, "epoch 3: loss is low enough\n"));
}

static void
test_beside (void)
{
  g_autoptr (DnnRun) run = dnn_test_run_good (TRAIN (
      "early_stopping(patience=9, restore_best=true), reduce_lr_on_plateau"
      "(patience=0, min_delta=99, factor=0.5), " BELOW));
  g_autofree char *messages = dnn_test_run_train (run);

  g_test_summary ("Several callbacks each do what they do alone");

  g_assert_cmpuint (count_epochs (run), ==, 3);
  g_assert_nonnull (strstr (messages, "epoch 2: nothing has improved; "));
  g_assert_nonnull (dnn_trainer_restored (dnn_run_trainer (run)));
}

static void
test_phases (void)
{
  g_autoptr (DnnRun) run =
      dnn_test_run_good (TRAIN (BELOW) "[phase a]\n[phase b]\nepochs = 9\n"
                                       "[phase c]\nepochs = 2\ncallbacks =\n");
  g_autofree G_GNUC_UNUSED char *messages = dnn_test_run_train (run);

  g_test_summary ("Each phase begins with new callbacks, or with none");

  g_assert_cmpuint (count_epochs (run), ==, 3 + 3 + 2);
}

/* --- mistakes ------------------------------------------------------------ */

typedef struct {
  const char *name;
  const char *text;
  int code;
  const char *piece;
} Bad;

static const Bad bad[] = {
  { "column", TRAIN ("stop_below(monitor=los)"), DNN_ERROR_NAME,
    "there is no column 'los' to monitor; did you mean 'loss'" },
  { "mode", TRAIN ("stop_below(mode=up)"), DNN_ERROR_PARAM, "'up'" },
  { "value", TRAIN ("stop_below(below=low)"), DNN_ERROR_PARAM, "'low'" },
  { "name", TRAIN ("stop_belo"), DNN_ERROR_NAME, "'stop_below'" },
  { "prefix", TRAIN ("nobody.stops"), DNN_ERROR_NAME, "'nobody.stops'" },
  { "twice", TRAIN (BELOW ", " BELOW), DNN_ERROR_PARAM,
    "'stop_below' stands twice" },
  { "kind", TRAIN ("adam"), DNN_ERROR_NAME, "no callback plugin 'adam'" },
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
  g_autofree char *path = NULL;

  g_test_init (&argc, &argv, NULL);
  path = g_strjoin (":", g_getenv ("DNN_TEST_NEW_PLUGINS"),
                    g_getenv ("DNN_TEST_PLUGINS"), NULL);
  g_setenv ("DNN_PLUGIN_PATH", path, TRUE);

  g_test_add_func ("/callbacks/stops", test_stops);
  g_test_add_func ("/callbacks/beside", test_beside);
  g_test_add_func ("/callbacks/phases", test_phases);
  for (size_t i = 0; i < G_N_ELEMENTS (bad); i++)
    dnn_add_row ("/callbacks/bad", bad[i].name, &bad[i], test_bad);

  return dnn_test_run_main (NULL);
}
