/* test-run-cost.c - an epoch costs the same however many went before it */
#include "dnn-assert.h"
#include "dnn-faults.h"
#include "dnn-test-run.h"

#include <glib/gstdio.h>
#include <string.h>

enum { FEW = 400, MANY = 800 };

#define RUN(keys)                                                              \
  DNN_RUN_DATA DNN_RUN_MODEL                                                   \
      "[train]\nmetrics = accuracy\nbatch_size = 32\nthreads = 1\n" keys       \
          DNN_RUN_SGD

/* Bytes that this process has given to write. */
static guint64
count_written (void)
{
  g_autofree char *text = NULL;
  const char *line;

  g_assert_true (g_file_get_contents ("/proc/self/io", &text, NULL, NULL));
  line = strstr (text, "wchar:");
  g_assert_nonnull (line);
  return g_ascii_strtoull (line + strlen ("wchar:"), NULL, 10);
}

static guint64
train (int n_epochs)
{
  g_autofree char *epochs = g_strdup_printf ("%d", n_epochs);
  g_autofree char *folder = g_strdup_printf ("cost-%d", n_epochs);
  g_autoptr (DnnRun) run = NULL;
  g_autoptr (DnnExperiment) experiment =
      dnn_test_experiment (RUN ("save_every = 40\n"));
  g_autoptr (DnnRegistry) registry = dnn_registry_new (NULL);
  const guint64 before = count_written ();

  dnn_experiment_set (experiment, "train", "epochs", epochs);
  run = dnn_run_new (registry, experiment, NULL);
  dnn_test_run_train_in (run, folder);
  return count_written () - before;
}

static void
test_linear (void)
{
  guint64 few, many;
  unsigned n_syncs;

  g_test_summary ("Twice as many epochs write at most 2.2 times as much, and "
                  "only checkpoints and pictures are synced");

  few = train (FEW);
  n_syncs = dnn_faults_count_syncs ();
  many = train (MANY);

  g_assert_cmpuint (many * 10, <=, few * 22);
  g_assert_cmpuint (dnn_faults_count_syncs () - n_syncs, <, MANY / 4);
}

static char *
read_history (const char *folder)
{
  gsize n = 0;

  return dnn_test_read_file (folder, "history.csv", &n);
}

static void
look_at_table (void *data, const DnnHistoryEpoch *epoch)
{
  g_autofree char *text = read_history (data);
  g_auto (GStrv) lines = g_strsplit (text != NULL ? text : "", "\n", -1);

  /* The event comes before the epoch's own row. */
  if (epoch->number > 1)
    g_assert_cmpuint (g_strv_length (lines), ==, (guint) epoch->number + 1);
}

static void
test_rows (void)
{
  g_autoptr (DnnRun) run = dnn_test_run_good (RUN ("epochs = 5\n"));
  DnnTrainEvents events = { .end_epoch = look_at_table,
                            .data = (char *) "rows" };
  g_autoptr (GError) error = NULL;

  g_test_summary ("history.csv has its row after every epoch, saved or not");

  g_assert_true (dnn_run_open (run, "rows", false, NULL));
  g_assert_true (dnn_run_train (run, &events, &error));
}

/* Somebody removes the table, or writes it himself. */
static void
spoil_table (void *data, const DnnHistoryEpoch *epoch)
{
  g_autofree char *path = g_build_filename (data, "history.csv", NULL);

  if (epoch->number == 2)
    g_assert_cmpint (g_remove (path), ==, 0);
  if (epoch->number == 4)
    g_assert_true (g_file_set_contents (path, "x", -1, NULL));
}

static void
test_spoiled (void)
{
  g_autoptr (DnnRun) run = dnn_test_run_good (RUN ("epochs = 5\n"));
  DnnTrainEvents events = { .end_epoch = spoil_table,
                            .data = (char *) "spoiled" };
  g_autoptr (DnnHistory) history = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A table that was removed or changed is written whole again");

  g_assert_true (dnn_run_open (run, "spoiled", false, NULL));
  g_assert_true (dnn_run_train (run, &events, &error));

  history = dnn_history_load ("spoiled/history.csv", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (dnn_history_count (history), ==, 5);
}

/* The run was killed while it wrote a row of its history. */
static void
test_cut_row (void)
{
  g_autoptr (DnnRun) whole = dnn_test_run_good (RUN ("epochs = 5\n"));
  g_autoptr (DnnRun) run = dnn_test_run_good (RUN ("epochs = 5\n"));
  g_autoptr (DnnRun) on = NULL;
  g_autofree char *text = NULL, *longer = NULL;

  g_test_summary ("Rows beyond the checkpoint, and one that was cut, are made "
                  "again");

  dnn_test_run_train_in (whole, "cut-whole");
  g_assert_true (dnn_run_open (run, "cut", false, NULL));
  dnn_test_run_train_until (run, 3);
  text = read_history ("cut");
  longer = g_strconcat (text, "4,train,1,1,1,1,1,1\n5,tra", NULL);
  g_assert_true (g_file_set_contents ("cut/history.csv", longer, -1, NULL));
  on = dnn_test_run_resume_good ("cut", NULL);
  dnn_test_run_train_until (on, 0);

  dnn_test_assert_same_run ("cut-whole", "cut");
}

static void
test_no_history (void)
{
  g_autoptr (DnnRun) run = dnn_test_run_good (RUN ("epochs = 5\n"));
  g_autoptr (GError) error = NULL;

  g_test_summary ("Without the rows beside it a checkpoint is not whole");

  dnn_test_run_train_in (run, "no-history");
  g_assert_cmpint (g_remove ("no-history/history.csv"), ==, 0);
  g_assert_null (dnn_test_run_resume ("no-history", NULL, &error));

  dnn_assert_error (error, DNN_ERROR_FORMAT,
                    "no-history/model.safetensors: history.csv beside it must "
                    "have the rows of its 5 epochs, not '0'");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/run-cost/linear", test_linear);
  g_test_add_func ("/run-cost/rows", test_rows);
  g_test_add_func ("/run-cost/spoiled", test_spoiled);
  g_test_add_func ("/run-cost/cut-row", test_cut_row);
  g_test_add_func ("/run-cost/no-history", test_no_history);

  return dnn_test_run_main (NULL);
}
