/* test-run-folder.c - folders that are locked, full or half written */
#include "dnn-assert.h"
#include "dnn-lock.h"
#include "dnn-test-run.h"

#include <glib/gstdio.h>
#include <string.h>

#define PLAIN DNN_RUN_DATA DNN_RUN_MODEL DNN_RUN_TRAIN DNN_RUN_SGD
#define FIVE                                                                   \
  DNN_RUN_DATA DNN_RUN_MODEL                                                   \
      "[train]\nmetrics = accuracy\nbatch_size = 8\nepochs = 5\n"              \
      "save_every = 1\n" DNN_RUN_SGD

/* --- the lock ------------------------------------------------------------ */

static void
test_lock (void)
{
  g_autoptr (DnnRun) run = dnn_test_run_good (PLAIN);
  g_autoptr (DnnRun) other = dnn_test_run_good (PLAIN);
  g_autoptr (GError) opened = NULL, resumed = NULL;

  g_test_summary ("While a run has its folder nobody else begins or goes on "
                  "there; afterwards its lock file is in nobody's way");

  g_assert_true (dnn_run_open (run, "locked", false, NULL));
  g_assert_false (dnn_run_open (other, "locked", true, &opened));
  dnn_assert_error (opened, DNN_ERROR_USAGE, "is being written by another run");
  dnn_test_run_train_until (run, 2);
  {
    g_autoptr (DnnLock) lock = dnn_lock_new ("locked", NULL);

    g_assert_nonnull (lock);
    g_assert_null (dnn_test_run_resume ("locked", NULL, &resumed));
    dnn_assert_error (resumed, DNN_ERROR_USAGE,
                      "is being written by another run");
  }
  g_assert_true (g_file_test ("locked/.lock", G_FILE_TEST_EXISTS));
  g_assert_true (dnn_run_open (other, "locked", true, NULL));
}

/* --- what cannot be written ---------------------------------------------- */

typedef struct {
  int64_t blocked_from, blocked_until; /* epochs */
  const char *file;
  GString *warnings;
} Blocker;

/* A folder of that name is what no file can be renamed to. */
static void
block (void *data, const DnnHistoryEpoch *epoch)
{
  const Blocker *self = data;
  g_autofree char *aside = g_strconcat (self->file, ".aside", NULL);

  if (epoch->number == self->blocked_from) {
    g_assert_cmpint (g_rename (self->file, aside), ==, 0);
    g_assert_cmpint (g_mkdir (self->file, 0777), ==, 0);
  }
  if (epoch->number == self->blocked_until) {
    g_assert_cmpint (g_rmdir (self->file), ==, 0);
    g_assert_cmpint (g_rename (aside, self->file), ==, 0);
  }
}

static void
take_warning (void *data, const char *text)
{
  const Blocker *self = data;

  g_string_append_printf (self->warnings, "%s\n", text);
}

static bool
train_blocked (const char *folder, Blocker *blocker, GError **error)
{
  g_autoptr (DnnRun) run = dnn_test_run_good (FIVE);
  DnnTrainEvents events = { .end_epoch = block,
                            .warning = take_warning,
                            .data = blocker };

  g_assert_true (dnn_run_open (run, folder, false, NULL));
  return dnn_run_train (run, &events, error);
}

static void
test_blocked (void)
{
  g_autoptr (GString) warnings = g_string_new (NULL);
  Blocker blocker = { 2, 4, "blocked/model.safetensors", warnings };
  g_autoptr (DnnRun) whole = dnn_test_run_good (FIVE);
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) lines = NULL;

  g_test_summary ("What cannot be written is said once, training goes on, and "
                  "all is there in the end");

  dnn_test_run_train_in (whole, "blocked-whole");
  g_assert_true (train_blocked ("blocked", &blocker, &error));

  g_assert_no_error (error);
  g_assert_nonnull (strstr (warnings->str, "the last checkpoint is of step 4"));
  lines = g_strsplit (warnings->str, "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), ==, 2);
  dnn_test_assert_same_run ("blocked-whole", "blocked");
}

static void
test_blocked_to_the_end (void)
{
  g_autoptr (GString) warnings = g_string_new (NULL);
  Blocker blocker = { 2, 0, "blocked-to/model.safetensors", warnings };
  g_autoptr (DnnRun) on = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("What cannot be written in the end is an error, and the last "
                  "good checkpoint is still there to go on from");

  g_assert_false (train_blocked ("blocked-to", &blocker, &error));

  dnn_assert_error (error, DNN_ERROR_IO, "training is not saved beyond step 4");
  g_assert_cmpint (g_rmdir (blocker.file), ==, 0);
  g_assert_cmpint (
      g_rename ("blocked-to/model.safetensors.aside", blocker.file), ==, 0);
  on = dnn_test_run_resume_good ("blocked-to", NULL);
  g_assert_cmpuint (dnn_trainer_step (dnn_run_trainer (on)), ==, 4);
}

static void
test_best_is_blocked (void)
{
  g_autoptr (GString) warnings = g_string_new (NULL);
  Blocker blocker = { 1, 0, "blocked-best/best.safetensors", warnings };
  g_autoptr (DnnRun) run = dnn_test_run_good (FIVE);
  DnnTrainEvents events = { .warning = take_warning, .data = &blocker };
  g_autoptr (GError) error = NULL;

  g_test_summary ("A best that is not there is an error in the end");

  g_assert_true (dnn_run_open (run, "blocked-best", false, NULL));
  g_assert_cmpint (g_mkdir (blocker.file, 0777), ==, 0);
  g_assert_false (dnn_run_train (run, &events, &error));

  dnn_assert_error (error, DNN_ERROR_IO,
                    "best.safetensors could not be written when val_loss was");
  g_assert_true (
      g_file_test ("blocked-best/model.safetensors", G_FILE_TEST_EXISTS));
}

static void
test_temporaries (void)
{
  static const char *const left = "left/model.safetensors.a1B2c3.partial";
  static const char *const kept = "left/model.safetensors.backup";
  g_autoptr (DnnRun) run = dnn_test_run_good (PLAIN);
  g_autoptr (DnnRun) on = NULL;

  g_test_summary ("What a killed process left half written is removed, and "
                  "nothing else");

  dnn_test_run_train_in (run, "left");
  g_assert_true (g_file_set_contents (left, "x", 1, NULL));
  g_assert_true (g_file_set_contents (kept, "x", 1, NULL));
  on = dnn_test_run_resume_good ("left", NULL);

  g_assert_false (g_file_test (left, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (kept, G_FILE_TEST_EXISTS));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/run-folder/lock", test_lock);
  g_test_add_func ("/run-folder/blocked", test_blocked);
  g_test_add_func ("/run-folder/blocked-to-the-end", test_blocked_to_the_end);
  g_test_add_func ("/run-folder/blocked-best", test_best_is_blocked);
  g_test_add_func ("/run-folder/temporaries", test_temporaries);

  return dnn_test_run_main (NULL);
}
