/* test-checkpoint.c - runs that are broken off and go on
 *
 * build-aux/kill-test.py does the same with signals, at any instant.
 */
#include "dnn-checkpoint.h"

#include "dnn-assert.h"
#include "dnn-safetensors.h"
#include "dnn-test-run.h"

#include <glib/gstdio.h>
#include <string.h>

/* --- the same bits ------------------------------------------------------- */

typedef struct {
  const char *name;
  const char *text;
} Case;

#define PLAIN DNN_RUN_DATA DNN_RUN_MODEL DNN_RUN_TRAIN DNN_RUN_SGD
#define DEEP                                                                   \
  "[model]\nlayers = dense units=8 ! batch_normalization ! relu ! "            \
  "dropout rate=0.3 ! dense units=3 activation=softmax\n"
#define TRAIN(more)                                                            \
  "[train]\nmetrics = accuracy\nbatch_size = 8\nepochs = 6\n"                  \
  "threads = 1\n" more
#define ADAM "[optimizer]\ntype = adam\nlearning_rate = 0.05\n"

static const Case cases[] = {
  { "sgd", PLAIN },
  { "adam", DNN_RUN_DATA DEEP TRAIN ("") ADAM },
  { "global-clipnorm",
    DNN_RUN_DATA DEEP TRAIN ("") ADAM "global_clipnorm = 0.1\n" },
  { "no-shuffle", DNN_RUN_DATA DEEP TRAIN ("shuffle = false\n") ADAM },
  { "early-stopping",
    DNN_RUN_DATA DEEP TRAIN (
        "callbacks = early_stopping(patience=4, min_delta=99)\n") ADAM },
  { "restored", DNN_RUN_DATA DEEP TRAIN (
                    "callbacks = early_stopping(patience=3, min_delta=99, "
                    "restore_best=true)\n") ADAM },
  { "average",
    DNN_RUN_DATA DEEP TRAIN ("callbacks = early_stopping(patience=9, "
                             "restore_best=true, average=3)\n") ADAM },
  { "plateau", DNN_RUN_DATA DEEP TRAIN (
                   "callbacks = reduce_lr_on_plateau(patience=1, min_delta=99, "
                   "cooldown=3)\n") ADAM },
  { "averages", DNN_RUN_DATA DEEP TRAIN ("") ADAM
    "use_ema = true\ngradient_accumulation_steps = 3\n" },
  { "schedule",
    DNN_RUN_DATA DEEP TRAIN ("") "[optimizer]\ntype = sgd\nlearning_rate = "
                                 "cosine_decay(initial_learning_rate=0.1)\n" },
  { "phases", DNN_RUN_DATA DEEP TRAIN ("") ADAM
    "[phase a]\nsteps = 6\nfrozen = dense\n"
    "callbacks = early_stopping(restore_best=true)\n"
    "[phase b]\nepochs = 2\noptimizer.global_clipnorm = 0.1\n" },
  { "around", DNN_RUN_DATA DEEP TRAIN ("") ADAM "around = sam(rho=0.1)\n" },
  { "other-model", DNN_RUN_DATA DEEP TRAIN (
                       "callbacks = early_stopping(patience=9, "
                       "restore_best=true)\n") "[optimizer]\ntype = "
                                               "schedule_free_adamw\nlearning_"
                                               "rate = 0.05\n" },
  { "other-model-in-phases",
    DNN_RUN_DATA DEEP TRAIN ("") "[optimizer]\ntype = schedule_free_adamw\n"
                                 "[phase a]\nsteps = 6\n"
                                 "[phase b]\nepochs = 2\n"
                                 "[phase c]\nepochs = 1\n"
                                 "optimizer.type = sgd\n" },
  { "line-search",
    DNN_RUN_DATA DEEP TRAIN ("") "[optimizer]\ntype = lbfgs\n"
                                 "max_iter = 3\nhistory_size = 4\n" },
  { "frozen-beginning",
    DNN_RUN_DATA "[model]\nlayers = dense units=8 ! relu ! dense units=3 "
                 "activation=softmax\n" TRAIN ("frozen = dense\n") ADAM },
};

/* In the middle, at the end of an epoch, and after it. */
static const uint64_t steps[] = { 1, 3, 4, 5, 7, 11, 12, 14, 18 };

static void
test_case (gconstpointer data)
{
  const Case *row = data;
  g_autofree char *whole = g_strconcat ("whole-", row->name, NULL);
  g_autoptr (DnnRun) run = dnn_test_run_good (row->text);

  dnn_test_run_train_in (run, whole);
  for (size_t i = 0; i < G_N_ELEMENTS (steps); i++) {
    g_autofree char *broken = g_strdup_printf ("broken-%s-%zu", row->name, i);
    g_autoptr (DnnRun) first = dnn_test_run_good (row->text);
    g_autoptr (DnnRun) second = NULL;
    g_autoptr (DnnRun) third = NULL;

    g_assert_true (dnn_run_open (first, broken, false, NULL));
    dnn_test_run_train_until (first, steps[i]);
    second = dnn_test_run_resume_good (broken, row->text);
    dnn_test_run_train_until (second, steps[i] + 1);
    third = dnn_test_run_resume_good (broken, NULL);
    dnn_test_run_train_until (third, 0);

    dnn_test_assert_same_run (whole, broken);
  }
}

/* Step and batch of the checkpoint that is there after step 3. */
static DnnRequest
look_after_3 (void *data, DnnTrainer *trainer)
{
  g_autoptr (DnnSafetensors) file = NULL;

  if (dnn_trainer_step (trainer) != 3)
    return DNN_REQUEST_NONE;
  file = dnn_safetensors_read ("every/model.safetensors", NULL);
  g_string_append_printf (
      data, "%s %s", dnn_safetensors_get_metadata (file, "step"),
      dnn_safetensors_get_metadata (file, "checkpoint.batch"));
  return DNN_REQUEST_STOP;
}

static void
test_every (void)
{
  g_autoptr (DnnRun) run = dnn_test_run_good (PLAIN);
  g_autoptr (GString) found = g_string_new (NULL);
  DnnTrainEvents events = { .between = look_after_3, .data = found };
  g_autoptr (GError) error = NULL;

  g_test_summary ("Checkpoints come every so many steps, too");

  g_assert_true (dnn_run_open (run, "every", false, NULL));
  dnn_run_set_checkpoint_every (run, 2);
  g_assert_true (dnn_run_train (run, &events, &error));

  g_assert_true (dnn_run_is_stopped (run));
  g_assert_cmpstr (found->str, ==, "2 2");
}

/* --- the end, raised ----------------------------------------------------- */

#define UNTIL(epochs)                                                          \
  DNN_RUN_DATA DEEP "[train]\nmetrics = accuracy\nbatch_size = 8\n"            \
                    "epochs = " epochs "\ncallbacks = early_stopping("         \
                    "patience=9, min_delta=99, restore_best=true)\n" ADAM

static void
test_raised (void)
{
  g_autoptr (DnnRun) whole = dnn_test_run_good (UNTIL ("6"));
  g_autoptr (DnnRun) run = dnn_test_run_good (UNTIL ("2"));
  g_autoptr (DnnRun) on = NULL;

  g_test_summary ("A run that is done goes on to a later end as if that had "
                  "been its end from the first: also where the best weights "
                  "had come back");

  dnn_test_run_train_in (whole, "raised-whole");
  dnn_test_run_train_in (run, "raised");
  on = dnn_test_run_resume_good ("raised", UNTIL ("6"));
  dnn_test_run_train_until (on, 0);

  dnn_test_assert_same_run ("raised-whole", "raised");
}

#define COSINE(epochs)                                                         \
  DNN_RUN_DATA DEEP "[train]\nbatch_size = 8\nepochs = " epochs                \
                    "\n[optimizer]\ntype = sgd\nlearning_rate = "              \
                    "cosine_decay(initial_learning_rate=0.1)\n"

static void
test_raised_schedule (void)
{
  g_autoptr (DnnRun) run = dnn_test_run_good (COSINE ("2"));
  g_autoptr (GError) error = NULL;

  g_test_summary ("The end cannot be raised where a schedule has gone by it");

  dnn_test_run_train_in (run, "raised-schedule");
  g_assert_null (dnn_test_run_resume ("raised-schedule", COSINE ("6"), &error));

  dnn_assert_error (error, DNN_ERROR_PARAM,
                    "epochs cannot be raised: the schedule of learning_rate "
                    "ends with the run, so step 2 would have been another");
}

static void
test_done (void)
{
  g_autoptr (DnnRun) run = dnn_test_run_good (UNTIL ("2"));
  g_autoptr (DnnRun) on = NULL;
  gsize n = 0, m = 0;
  g_autofree char *before = NULL, *after = NULL;

  g_test_summary ("A run that is done stays as it is");

  dnn_test_run_train_in (run, "done");
  before = dnn_test_read_file ("done", "model.safetensors", &n);
  on = dnn_test_run_resume_good ("done", NULL);
  dnn_test_run_train_until (on, 0);
  after = dnn_test_read_file ("done", "model.safetensors", &m);

  g_assert_cmpmem (before, n, after, m);
}

static void
test_seconds (void)
{
  g_autoptr (DnnRun) run = dnn_test_run_good (UNTIL ("2"));
  g_autoptr (DnnRun) on = NULL;
  const DnnHistory *history;

  g_test_summary ("What epochs took is taken from the table in the folder");

  dnn_test_run_train_in (run, "seconds");
  on = dnn_test_run_resume_good ("seconds", NULL);

  history = dnn_trainer_history (dnn_run_trainer (on));
  g_assert_cmpuint (dnn_history_count (history), ==, 2);
  g_assert_cmpfloat (dnn_history_at (history, 0)->seconds, >, 0);
}

/* --- what is refused ----------------------------------------------------- */

typedef struct {
  const char *name;
  const char *text; /* beside the run "refusing", which is PLAIN */
  int code;
  const char *piece;
} Bad;

static const Bad bad[] = {
  { "value",
    DNN_RUN_DATA DNN_RUN_MODEL "[train]\nmetrics = accuracy\nbatch_size = 9\n"
                               "epochs = 2\n" DNN_RUN_SGD,
    DNN_ERROR_PARAM,
    "run.dnn:9: [train] batch_size is '9', and the run was begun with '8'" },
  { "added", PLAIN "momentum = 0.9\n", DNN_ERROR_PARAM,
    "[optimizer] momentum is '0.9', and the run was begun without" },
  { "missing",
    DNN_RUN_DATA DNN_RUN_MODEL "[train]\nbatch_size = 8\n" DNN_RUN_SGD,
    DNN_ERROR_PARAM,
    "[train] metrics is not set, and the run was begun with 'accuracy'" },
  { "lower-end",
    DNN_RUN_DATA DNN_RUN_MODEL "[train]\nmetrics = accuracy\nbatch_size = 8\n"
                               "epochs = 1\n" DNN_RUN_SGD,
    DNN_ERROR_PARAM,
    "epochs can only raise the end of the run, which is 2, not '1'" },
  { "phases", PLAIN "[phase a]\n[phase b]\n", DNN_ERROR_PARAM,
    "the sections are '[phase a][phase b]', and the run was begun with" },
};

static void
test_bad (gconstpointer data)
{
  const Bad *row = data;
  g_autoptr (GError) error = NULL;

  if (!g_file_test ("refusing", G_FILE_TEST_EXISTS)) {
    g_autoptr (DnnRun) run = dnn_test_run_good (PLAIN);

    dnn_test_run_train_in (run, "refusing");
  }
  g_assert_null (dnn_test_run_resume ("refusing", row->text, &error));

  dnn_assert_error (error, row->code, row->piece);
}

static void
test_no_run (void)
{
  g_autoptr (GError) error = NULL;

  g_test_summary ("Where there is no checkpoint nothing goes on");

  g_assert_null (dnn_test_run_resume ("nowhere", NULL, &error));

  dnn_assert_error (error, DNN_ERROR_NAME, "there is no model.safetensors");
}

/* Sets a key of the metadata, or takes the state away. */
static void
spoil (const char *folder, const char *key, const char *value)
{
  g_autofree char *path = g_build_filename (folder, "model.safetensors", NULL);
  g_autoptr (DnnSafetensors) file = dnn_safetensors_read (path, NULL);

  dnn_safetensors_set_metadata (file, key, value);
  g_assert_true (dnn_safetensors_write (file, path, NULL));
}

typedef struct {
  const char *name;
  const char *key, *value;
  int code;
  const char *piece;
} Spoiled;

static const Spoiled spoiled[] = {
  { "batch", "checkpoint.batch", "5", DNN_ERROR_FORMAT, "do not fit" },
  { "batch-text", "checkpoint.batch", "two", DNN_ERROR_PARAM, "'two'" },
  { "phase", "checkpoint.phase", "1", DNN_ERROR_FORMAT,
    "its experiment has 1" },
  { "sum", "checkpoint.sum", "many", DNN_ERROR_PARAM, "'many'" },
  { "epoch", "epoch", "1", DNN_ERROR_FORMAT, "its history does not fit" },
  { "history", "checkpoint.history", "x", DNN_ERROR_FORMAT, "history:" },
  { "data", "checkpoint.data", "x", DNN_ERROR_DATA,
    "not those that the run began with" },
};

static void
test_spoiled (gconstpointer data)
{
  const Spoiled *row = data;
  g_autofree char *folder = g_strconcat ("spoiled-", row->name, NULL);
  g_autoptr (DnnRun) run = dnn_test_run_good (PLAIN);
  g_autoptr (GError) error = NULL;

  dnn_test_run_train_in (run, folder);
  spoil (folder, row->key, row->value);

  g_assert_null (dnn_test_run_resume (folder, NULL, &error));

  dnn_assert_error (error, row->code, row->piece);
}

static void
test_best_is_no_checkpoint (void)
{
  g_autoptr (DnnRun) run = dnn_test_run_good (PLAIN);
  g_autoptr (GError) error = NULL;

  g_test_summary ("A model without the state of training is told as such");

  dnn_test_run_train_in (run, "no-checkpoint");
  g_assert_cmpint (g_rename ("no-checkpoint/best.safetensors",
                             "no-checkpoint/model.safetensors"),
                   ==, 0);
  g_assert_null (dnn_test_run_resume ("no-checkpoint", NULL, &error));

  dnn_assert_error (error, DNN_ERROR_FORMAT,
                    "no whole checkpoint: 'checkpoint.phase' is missing");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    dnn_add_row ("/checkpoint/bits", cases[i].name, &cases[i], test_case);
  g_test_add_func ("/checkpoint/every", test_every);
  g_test_add_func ("/checkpoint/raised", test_raised);
  g_test_add_func ("/checkpoint/raised-schedule", test_raised_schedule);
  g_test_add_func ("/checkpoint/done", test_done);
  g_test_add_func ("/checkpoint/seconds", test_seconds);
  for (size_t i = 0; i < G_N_ELEMENTS (bad); i++)
    dnn_add_row ("/checkpoint/bad", bad[i].name, &bad[i], test_bad);
  g_test_add_func ("/checkpoint/no-run", test_no_run);
  for (size_t i = 0; i < G_N_ELEMENTS (spoiled); i++)
    dnn_add_row ("/checkpoint/spoiled", spoiled[i].name, &spoiled[i],
                 test_spoiled);
  g_test_add_func ("/checkpoint/best", test_best_is_no_checkpoint);

  return dnn_test_run_main (NULL);
}
