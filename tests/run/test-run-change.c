/* test-run-change.c - runs that are changed while they train
 *
 * build-aux/control-test.py does the same from outside, with many at once.
 */
#include "dnn-assert.h"
#include "dnn-test-run.h"

#include <glib/gstdio.h>
#include <string.h>

#define TRAIN(more)                                                            \
  "[train]\nmetrics = accuracy\nbatch_size = 8\nepochs = 5\n"                  \
  "threads = 1\n" more
#define DEEP                                                                   \
  "[model]\nlayers = dense units=8 ! batch_normalization ! relu ! "            \
  "dropout rate=0.3 ! dense units=3 activation=softmax\n"
#define BEGIN DNN_RUN_DATA DEEP TRAIN ("")
#define WATCHED(callback)                                                      \
  DNN_RUN_DATA DEEP TRAIN ("callbacks = " callback "\n") DNN_RUN_SGD
#define MOMENTUM "[optimizer]\ntype = sgd\nmomentum = 0.9\n"

/* --- changes at a step --------------------------------------------------- */

/* A change between two steps, and the reports of it. */
typedef struct {
  DnnRun *run;
  const char *sets; /* blanks between them */
  uint64_t at;      /* the step after which it is set */
  const char *copy; /* folder that becomes what a kill would leave; or NULL */
  bool done;
  GString *reports; /* (owned) */
  GError *error;    /* (owned) */
} Change;

static void
change_clear (Change *self)
{
  g_string_free (self->reports, TRUE);
  g_clear_error (&self->error);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Change, change_clear)

/* Copies a run as a kill between checkpoint and text would leave it. */
static void
copy_folder (const char *from, const char *to)
{
  static const char *const names[] = { "model.safetensors", "best.safetensors",
                                       "history.csv" };

  g_assert_cmpint (g_mkdir_with_parents (to, 0777), ==, 0);
  for (size_t i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autofree char *path = g_build_filename (to, names[i], NULL);
    gsize n = 0;
    g_autofree char *bytes = dnn_test_read_file (from, names[i], &n);

    if (bytes != NULL)
      g_assert_true (g_file_set_contents (path, bytes, (gssize) n, NULL));
  }
}

static void
set (Change *self, const char *text)
{
  g_auto (GStrv) sets = g_strsplit (text, " ", -1);
  g_autofree char *report = NULL;

  if (!dnn_run_change (self->run, (const char *const *) sets, NULL, &report,
                       &self->error))
    return;
  g_string_append_printf (self->reports, "%s\n", report);
}

static DnnRequest
change_at (void *data, DnnTrainer *trainer)
{
  Change *self = data;

  if (self->done || dnn_trainer_step (trainer) != self->at)
    return DNN_REQUEST_NONE;
  self->done = true;
  set (self, self->sets);
  if (self->copy != NULL)
    copy_folder (dnn_run_folder (self->run), self->copy);
  return DNN_REQUEST_NONE;
}

/* Trains in a folder, or in none, and changes on the way. */
static DnnRun *
train_changed (Change *change, const char *text, const char *folder,
               DnnRequest (*between) (void *data, DnnTrainer *trainer))
{
  g_autoptr (DnnRun) run = dnn_test_run_good (text);
  DnnTrainEvents events = { .between = between, .data = change };
  g_autoptr (GError) error = NULL;

  change->run = run;
  change->reports = g_string_new (NULL);
  if (folder != NULL)
    dnn_run_open (run, folder, true, &error);
  g_assert_no_error (error);
  dnn_run_train (run, &events, &error);
  g_assert_no_error (error);
  return g_steal_pointer (&run);
}

/* --- the same bits ------------------------------------------------------- */

typedef struct {
  const char *name;
  const char *text;
  const char *sets;
} Case;

static const Case cases[] = {
  { "type", BEGIN MOMENTUM,
    "optimizer.type=adam optimizer.learning_rate=0.02" },
  { "rate", BEGIN MOMENTUM, "optimizer.learning_rate=0.5" },
  { "batch", BEGIN MOMENTUM, "train.batch_size=5" },
  { "frozen", BEGIN MOMENTUM, "frozen=dense" },
  { "trainable", DNN_RUN_DATA DEEP TRAIN ("frozen = dense\n") MOMENTUM,
    "trainable=*" },
  { "end", BEGIN MOMENTUM, "epochs=2" },
  { "steps", DNN_RUN_DATA DEEP "[train]\nbatch_size = 8\nsteps = 18\n" MOMENTUM,
    "optimizer.learning_rate=0.5" },
  { "restored", WATCHED ("early_stopping(patience=9, restore_best=true)"),
    "optimizer.learning_rate=0.5" },
  { "plateau",
    WATCHED ("reduce_lr_on_plateau(patience=1, min_delta=99, factor=0.7)"),
    "batch_size=6" },
  { "schedule",
    BEGIN "[optimizer]\ntype = sgd\nlearning_rate = "
          "cosine_decay(initial_learning_rate=0.1)\n",
    "optimizer.momentum=0.5" },
  { "averages", BEGIN MOMENTUM "use_ema = true\n",
    "optimizer.use_ema=true optimizer.momentum=0.5" },
  { "global-norm", BEGIN MOMENTUM "global_clipnorm = 0.1\n",
    "optimizer.type=adam optimizer.global_clipnorm=0.2" },
  { "phases",
    BEGIN MOMENTUM "[phase a]\nsteps = 9\nfrozen = dense\n[phase b]\n"
                   "epochs = 2\noptimizer.type = adam\n",
    "optimizer.learning_rate=0.2" },
};

/* Within an epoch, and at its end. */
static const uint64_t steps[] = { 3, 8 };

static void
test_case (gconstpointer data)
{
  const Case *row = data;

  for (size_t i = 0; i < G_N_ELEMENTS (steps); i++) {
    g_autofree char *live = g_strdup_printf ("live-%s-%zu", row->name, i);
    g_autofree char *again = g_strdup_printf ("again-%s-%zu", row->name, i);
    g_autofree char *killed = g_strdup_printf ("killed-%s-%zu", row->name, i);
    g_auto (Change) change = { NULL, row->sets, steps[i], killed };
    g_autofree char *text = NULL;
    g_autoptr (DnnRun) repeated = NULL;
    g_autoptr (DnnRun) resumed = NULL;
    g_autoptr (DnnRun) run G_GNUC_UNUSED =
        train_changed (&change, row->text, live, change_at);
    gsize n;

    g_assert_no_error (change.error);
    g_assert_true (change.done);

    text = dnn_test_read_file (live, "experiment.dnn", &n);
    repeated = dnn_test_run_good (text);
    dnn_test_run_train_in (repeated, again);
    dnn_test_assert_same_run (live, again);
    resumed = dnn_test_run_resume_good (killed, NULL);
    dnn_test_run_train_until (resumed, 0);
    dnn_test_assert_same_run (live, killed);
  }
}

/* Every third step. */
static DnnRequest
change_often (void *data, DnnTrainer *trainer)
{
  static const char *const sets[] = { "optimizer.type=adam", "batch_size=4",
                                      "frozen=dense*",
                                      "frozen=", "optimizer.type=sgd" };
  Change *self = data;
  const uint64_t step = dnn_trainer_step (trainer);

  if (step % 3 == 0 && step > self->at) {
    self->at = step;
    set (self, sets[step / 3 % G_N_ELEMENTS (sets)]);
  }
  return step < 40 ? DNN_REQUEST_NONE : DNN_REQUEST_STOP;
}

static void
test_often (void)
{
  g_auto (Change) change = { 0 };
  g_autofree char *text = NULL;
  g_autoptr (DnnRun) repeated = NULL;
  g_autoptr (DnnRun) run = NULL;
  gsize n;

  g_test_summary ("Many changes, one after another, are repeated, too");

  run = train_changed (&change, BEGIN MOMENTUM, "often", change_often);
  g_assert_no_error (change.error);
  text = dnn_test_read_file ("often", "experiment.dnn", &n);
  g_assert_nonnull (strstr (text, "[phase train 13]"));

  repeated = dnn_test_run_good (text);
  g_assert_true (dnn_run_open (repeated, "often-again", false, NULL));
  dnn_test_run_train_until (repeated, 40);
  dnn_test_assert_same_run ("often", "often-again");
}

/* --- what is written and said -------------------------------------------- */

static DnnRequest
change_twice (void *data, DnnTrainer *trainer)
{
  Change *self = data;

  if (!self->done && dnn_trainer_step (trainer) == 6) {
    self->done = true;
    set (self, "optimizer.type=adam optimizer.beta_1=0.5");
    set (self, "train.batch_size=5 optimizer.learning_rate=0.25");
  }
  return DNN_REQUEST_NONE;
}

static void
test_text (void)
{
  g_auto (Change) change = { 0 };
  g_autoptr (DnnRun) run = NULL;
  g_autofree char *text = NULL;
  gsize n;

  g_test_summary ("The phase that was broken off says where, and all that was "
                  "set at one step is one phase, with the epochs that were "
                  "left");

  run = train_changed (&change, BEGIN MOMENTUM, "text", change_twice);
  g_assert_no_error (change.error);

  text = dnn_test_read_file ("text", "experiment.dnn", &n);
  g_assert_nonnull (
      strstr (text, "\n[phase train]\nends_after = 6\n\n[phase train 2]\n"
                    "epochs = 4\noptimizer.type = adam\noptimizer.beta_1 = "
                    "0.5\nbatch_size = 5\noptimizer.learning_rate = 0.25\n"));
  g_assert_cmpstr (change.reports->str, ==,
                   "phase train 2: 83 parameters train, 16 do not; "
                   "adam(beta_1=0.5); slots that begin anew: "
                   "gradient_mean_square gradient_mean\n"
                   "phase train 2: 83 parameters train, 16 do not; "
                   "adam(beta_1=0.5, learning_rate=0.25); slots that begin "
                   "anew: gradient_mean_square gradient_mean\n");
}

static void
test_slots (void)
{
  g_auto (Change) change = { .sets = "optimizer.momentum=0.5", .at = 6 };
  g_autoptr (DnnRun) run G_GNUC_UNUSED =
      train_changed (&change, BEGIN MOMENTUM, NULL, change_at);

  g_test_summary ("Slots that go on are told by name");

  g_assert_nonnull (strstr (change.reports->str, "; slots kept: velocity\n"));
}

#define BROKEN_OFF(callbacks)                                                  \
  BEGIN MOMENTUM "learning_rate = 9\n[phase a]\n"                              \
                 "ends_after = 11\n" callbacks                                 \
                 "[phase b]\nsteps = 1\noptimizer.learning_rate = 0\n"

static void
test_weights_stay (void)
{
  g_autoptr (DnnRun) plain = dnn_test_run_good (BROKEN_OFF (""));
  g_autoptr (DnnRun) best = dnn_test_run_good (
      BROKEN_OFF ("callbacks = early_stopping(patience=9, restore_best=true)\n"
                  "optimizer.use_ema = true\n"));
  g_autofree char *first G_GNUC_UNUSED = dnn_test_run_train (plain);
  g_autofree char *second = dnn_test_run_train (best);

  g_test_summary ("Neither the best weights nor averages come where a phase is "
                  "broken off");

  g_assert_cmpuint (dnn_trainer_step (dnn_run_trainer (best)), ==, 12);
  dnn_test_assert_same_model (dnn_run_model (plain), dnn_run_model (best));
  g_assert_null (strstr (second, "weights"));
}

/* --- refusals ------------------------------------------------------------ */

typedef struct {
  const char *name;
  const char *sets;
  int code;
  const char *piece;
} Bad;

static const Bad bad[] = {
  { "type", "optimizer.type=adamm", DNN_ERROR_NAME, "did you mean 'adam'" },
  { "rate", "optimizer.learning_rate=fast", DNN_ERROR_NAME, "'fast'" },
  { "key", "optimizer.momentun=0.1", DNN_ERROR_NAME, "'momentun'" },
  { "batch", "train.batch_size=0", DNN_ERROR_PARAM, "not '0'" },
  { "glob", "frozen=dens", DNN_ERROR_NAME, "no layer is called 'dens'" },
  { "seed", "train.seed=2", DNN_ERROR_PARAM, "one for the whole run" },
  { "data", "data.scale=2", DNN_ERROR_NAME, "'data.scale' cannot be set" },
  { "no-value", "epochs", DNN_ERROR_USAGE, "'epochs' must be KEY=VALUE" },
  { "no-key", "=3", DNN_ERROR_USAGE, "'' is no key" },
  { "comment", "frozen=#a", DNN_ERROR_USAGE, "there a comment begins" },
  { "two-ends", "epochs=1 steps=3", DNN_ERROR_PARAM, "both epochs and steps" },
  { "twice", "epochs=1 train.epochs=3", DNN_ERROR_NAME,
    "'epochs' is set twice" },
  { "loss", "loss=poissonn", DNN_ERROR_NAME, "'poissonn'" },
  { "callback", "callbacks=stop", DNN_ERROR_NAME, "'stop'" },
  { "one-of-many", "optimizer.type=adam batch_size=5 optimizer.beta_1=2",
    DNN_ERROR_PARAM, "beta_1" },
  { "lines", "frozen=dense\n[phase\tx]\nepochs=3", DNN_ERROR_NAME, "frozen" },
};

static void
test_bad (gconstpointer data)
{
  const Bad *row = data;
  g_auto (Change) change = { .sets = row->sets, .at = 6 };
  g_autoptr (DnnRun) run =
      train_changed (&change, BEGIN MOMENTUM, NULL, change_at);
  g_autoptr (DnnRun) untouched = dnn_test_run_good (BEGIN MOMENTUM);
  g_autofree char *messages G_GNUC_UNUSED = dnn_test_run_train (untouched);
  g_autofree char *text = dnn_experiment_to_string (dnn_run_experiment (run));
  g_autofree char *other =
      dnn_experiment_to_string (dnn_run_experiment (untouched));

  dnn_assert_error (change.error, row->code, row->piece);
  dnn_test_assert_same_model (dnn_run_model (run), dnn_run_model (untouched));
  g_assert_cmpstr (text, ==, other);
}

static void
test_end (void)
{
  g_auto (Change) change = { .sets = "batch_size=5", .at = 20 };
  g_autoptr (DnnRun) run G_GNUC_UNUSED =
      train_changed (&change, BEGIN MOMENTUM, NULL, change_at);

  g_test_summary ("Behind the last step there is nothing to change");

  dnn_assert_error (change.error, DNN_ERROR_PARAM,
                    "no step left that could be another");
}

/* A folder where nothing can be written. */
static DnnRequest
change_unwritable (void *data, DnnTrainer *trainer)
{
  Change *self = data;

  if (!self->done && dnn_trainer_step (trainer) == 6) {
    self->done = true;
    g_assert_cmpint (g_rename ("gone", "kept"), ==, 0);
    set (self, "batch_size=5");
    g_assert_cmpint (g_rename ("kept", "gone"), ==, 0);
  }
  return DNN_REQUEST_NONE;
}

static void
test_unwritable (void)
{
  g_auto (Change) change = { 0 };
  g_autoptr (DnnRun) run = NULL;
  g_autoptr (DnnRun) untouched = dnn_test_run_good (BEGIN MOMENTUM);

  g_test_summary ("What cannot be saved is not done");

  run = train_changed (&change, BEGIN MOMENTUM, "gone", change_unwritable);

  dnn_assert_error (change.error, DNN_ERROR_IO, "cannot be written");
  dnn_test_run_train_in (untouched, "never-gone");
  dnn_test_assert_same_run ("gone", "never-gone");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    dnn_add_row ("/run-change/same-bits", cases[i].name, &cases[i], test_case);
  g_test_add_func ("/run-change/often", test_often);
  g_test_add_func ("/run-change/text", test_text);
  g_test_add_func ("/run-change/slots", test_slots);
  g_test_add_func ("/run-change/weights-stay", test_weights_stay);
  for (size_t i = 0; i < G_N_ELEMENTS (bad); i++)
    dnn_add_row ("/run-change/refused", bad[i].name, &bad[i], test_bad);
  g_test_add_func ("/run-change/end", test_end);
  g_test_add_func ("/run-change/unwritable", test_unwritable);

  return dnn_test_run_main (NULL);
}
