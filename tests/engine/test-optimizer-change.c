/* test-optimizer-change.c - another optimizer in the middle of a run */
#include "dnn-assert.h"
#include "dnn-test-run.h"
#include "dnn-test-training.h"
#include "dnn-trainer-steps.h"

#define CHAIN "dense units=6 ! relu ! dense units=3 activation=softmax"

/* --- by phases ----------------------------------------------------------- */

static const char *const by_phases[][2] = {
  { "epochs", "[phase a]\nepochs = 2\n"
              "[phase b]\nepochs = 2\noptimizer.type = adam\n"
              "[phase c]\nepochs = 1\n" },
  { "steps", "[phase a]\nsteps = 5\noptimizer.momentum = 0.9\n"
             "[phase b]\nsteps = 6\noptimizer.type = adam\n"
             "[phase c]\nsteps = 3\noptimizer.momentum = 0.9\n" },
  { "frozen", "[phase a]\nsteps = 5\nfrozen = dense\n"
              "[phase b]\nsteps = 6\noptimizer.type = adam\n"
              "[phase c]\nsteps = 3\nfrozen = dense_1\n" },
};

static DnnRun *
make (const char *threads, const char *phases)
{
  g_autofree char *text = g_strconcat (DNN_RUN_DATA DNN_RUN_MODEL DNN_RUN_SGD
                                       "[train]\nbatch_size = 8\nthreads = ",
                                       threads, "\n", phases, NULL);

  return dnn_test_run_good (text);
}

static void
test_phases (gconstpointer data)
{
  const char *const *row = data;
  const char *const threads[] = { "1", "2", "3" };
  g_autoptr (DnnRun) first = make ("1", row[1]);
  g_autofree char *told = dnn_test_run_train (first);

  g_test_summary ("sgd, adam, sgd: the same bits again, on any number of "
                  "threads");

  for (size_t i = 0; i < G_N_ELEMENTS (threads); i++) {
    g_autoptr (DnnRun) again = make (threads[i], row[1]);
    g_autofree char *told_again = dnn_test_run_train (again);

    dnn_test_assert_same_model (dnn_run_model (first), dnn_run_model (again));
    g_assert_cmpstr (told, ==, told_again);
  }
}

static void
test_told (void)
{
  g_autoptr (DnnRun) run = make ("1", "[phase a]\nsteps = 1\n"
                                      "optimizer.type = adam\n"
                                      "[phase b]\nsteps = 1\n"
                                      "optimizer.type = rmsprop\n"
                                      "[phase c]\nsteps = 1\n"
                                      "optimizer.type = sgd(momentum=0.9)\n");
  g_autofree char *messages = dnn_test_run_train (run);
  g_auto (GStrv) lines = g_strsplit (messages, "\n", -1);

  g_test_summary ("A phase tells its parameters, its optimizer, and which "
                  "slots were kept");

  g_assert_cmpuint (g_strv_length (lines), ==, 4);
  g_assert_cmpstr (lines[0], ==,
                   "phase a: 67 parameters train, 0 do not; adam");
  g_assert_cmpstr (lines[1], ==,
                   "phase b: 67 parameters train, 0 do not; rmsprop; "
                   "slots kept: gradient_mean_square");
  g_assert_cmpstr (lines[2], ==,
                   "phase c: 67 parameters train, 0 do not; sgd(momentum=0.9); "
                   "slots that begin anew: velocity");
}

/* --- from C -------------------------------------------------------------- */

static DnnTestTraining *
training (const char *optimizer)
{
  return dnn_test_training_good (CHAIN, optimizer, &dnn_test_labels);
}

static char *
change (DnnTestTraining *run, const char *optimizer)
{
  g_autoptr (DnnSpec) spec = dnn_spec_parse (optimizer, (DnnPlace){ 0 }, NULL);
  g_autoptr (GError) error = NULL;
  char *report = NULL;

  dnn_trainer_set_optimizer (run->trainer, spec, &report, &error);
  g_assert_no_error (error);
  return report;
}

static void
train_epoch (DnnTestTraining *run, const DnnTrainEvents *events)
{
  g_autoptr (GError) error = NULL;

  dnn_trainer_epoch (run->trainer, events, NULL, &error);
  g_assert_no_error (error);
}

static const DnnWeightState *
state_of (const DnnTestTraining *run, const char *weight)
{
  const DnnOptimizer *optimizer = dnn_trainer_optimizer (run->trainer);

  for (size_t i = 0; i < dnn_optimizer_n_states (optimizer); i++) {
    const DnnWeightState *state = dnn_optimizer_state (optimizer, i);

    if (strcmp (state->weight->name, weight) == 0)
      return state;
  }
  return NULL;
}

/* The numbers of one slot, copied; NULL: there is none of that name. */
static GBytes *
slot_of (const DnnTestTraining *run, const char *weight, const char *slot)
{
  const DnnWeightState *state = state_of (run, weight);

  g_assert_nonnull (state);
  for (uint32_t i = 0; i < state->slots.n; i++)
    if (state->slots.at[i].set && strcmp (state->slots.at[i].name, slot) == 0)
      return g_bytes_new (state->data[i], dnn_weight_bytes (state->weight));
  return NULL;
}

static bool
is_zero (GBytes *bytes)
{
  gsize n;
  const char *data = g_bytes_get_data (bytes, &n);

  for (gsize i = 0; i < n; i++)
    if (data[i] != 0)
      return false;
  return true;
}

typedef struct {
  const char *name;
  const char *from, *to;
  const char *report;
  const char *kept, *fresh; /* slots; NULL: none */
  uint64_t t;               /* updates that count after it */
} Change;

#define MEAN   "gradient_mean"
#define SQUARE "gradient_mean_square"

/* Five updates come before. */
static const Change changes[] = {
  { "adam-rmsprop", "adam", "rmsprop", "slots kept: " SQUARE, SQUARE, NULL, 5 },
  { "rmsprop-adam", "rmsprop", "adam",
    "slots kept: " SQUARE "; slots that begin anew: " MEAN, SQUARE, MEAN, 5 },
  { "sgd-adam", "sgd momentum=0.9", "adam", NULL, NULL, SQUARE, 0 },
  { "adam-sgd", "adam", "sgd(momentum=0.9)", "slots that begin anew: velocity",
    NULL, "velocity", 0 },
  { "adam-plain-sgd", "adam", "sgd", "", NULL, NULL, 0 },
  { "sgd-sgd", "sgd momentum=0.9", "sgd(momentum=0.5, learning_rate=1)",
    "slots kept: velocity", "velocity", NULL, 5 },
  { "plain-sgd", "sgd", "sgd(learning_rate=1)", "", NULL, NULL, 5 },
  { "adam-adamw", "adam", "adamw", NULL, SQUARE, NULL, 5 },
  { "adagrad-adam", "adagrad", "adam", NULL, NULL, MEAN, 0 },
};

static void
test_change (gconstpointer data)
{
  const Change *row = data;
  g_autoptr (DnnTestTraining) run = training (row->from);
  g_autoptr (GBytes) before = NULL, after = NULL, fresh = NULL;
  g_autofree char *report = NULL;

  train_epoch (run, NULL);
  if (row->kept != NULL)
    before = slot_of (run, "dense/kernel", row->kept);
  report = change (run, row->to);

  if (row->report != NULL)
    g_assert_cmpstr (report, ==, row->report);
  if (row->kept != NULL) {
    after = slot_of (run, "dense/kernel", row->kept);
    g_assert_false (is_zero (before));
    g_assert_true (g_bytes_equal (before, after));
    g_assert_nonnull (strstr (report, row->kept));
  }
  if (row->fresh != NULL) {
    fresh = slot_of (run, "dense/kernel", row->fresh);
    g_assert_true (is_zero (fresh));
  }
  g_assert_cmpuint (state_of (run, "dense/kernel")->t, ==, row->t);
  train_epoch (run, NULL);
  g_assert_cmpuint (state_of (run, "dense/kernel")->t, ==, row->t + 5);
}

static void
test_same (void)
{
  g_autoptr (DnnTestTraining) run = training ("adam");
  g_autoptr (DnnTestTraining) plain = training ("adam");
  g_autofree char *report = NULL;

  g_test_summary ("The same optimizer again changes nothing, bit for bit");

  train_epoch (run, NULL);
  report = change (run, "adam");
  train_epoch (run, NULL);
  train_epoch (plain, NULL);
  train_epoch (plain, NULL);

  dnn_test_assert_same_model (run->model, plain->model);
}

static void
change_now (void *data, const DnnProgress *progress)
{
  g_autofree G_GNUC_UNUSED char *report = change (data, "adam");

  (void) progress;
}

static void
test_from_event (void)
{
  g_autoptr (DnnTestTraining) run = training ("sgd");
  g_autoptr (DnnTestTraining) again = training ("sgd");
  g_autoptr (DnnTestTraining) between = training ("sgd");
  DnnTrainEvents events = { .batch = change_now };
  g_autofree char *report = NULL;

  g_test_summary ("From an event, it counts from the next step on");

  events.data = run;
  train_epoch (run, &events);
  train_epoch (run, NULL);
  events.data = again;
  train_epoch (again, &events);
  train_epoch (again, NULL);
  /* The event of an epoch this short is that of its last batch. */
  train_epoch (between, NULL);
  report = change (between, "adam");
  train_epoch (between, NULL);

  dnn_test_assert_same_model (run->model, again->model);
  dnn_test_assert_same_model (run->model, between->model);
}

static const char *const clips[] = { "sgd(global_clipnorm=0.01)",
                                     "sgd(clipnorm=0.01)",
                                     "sgd(clipvalue=0.001)" };

static void
test_clips (gconstpointer data)
{
  const char *optimizer = data;
  g_autoptr (DnnTestTraining) run = training ("sgd learning_rate=0");
  g_autofree char *first = g_strdelimit (g_strdup (optimizer), "()", ' ');
  g_autoptr (DnnTestTraining) other = training (first);
  g_autofree char *report = NULL;

  g_test_summary ("One that clips does so after a change as from the start: "
                  "gradients are kept as long as it needs them");

  report = change (run, optimizer);
  train_epoch (run, NULL);
  train_epoch (other, NULL);

  dnn_test_assert_same_model (run->model, other->model);
}

static void
test_bad (void)
{
  g_autoptr (DnnTestTraining) run = training ("adam");
  g_autoptr (DnnTestTraining) plain = training ("adam");
  g_autoptr (DnnSpec) spec = dnn_spec_new ("sgdd", (DnnPlace){ 0 });
  g_autoptr (GError) error = NULL;
  char *report = NULL;

  g_test_summary ("After a mistake the optimizer is what it was");

  g_assert_false (
      dnn_trainer_set_optimizer (run->trainer, spec, &report, &error));
  dnn_assert_error (error, DNN_ERROR_NAME, "did you mean 'sgd'");
  g_assert_null (report);
  dnn_test_training_fit (run);
  dnn_test_training_fit (plain);

  dnn_test_assert_same_model (run->model, plain->model);
}

/* --- frozen weights ------------------------------------------------------ */

static void
test_frozen (void)
{
  g_autoptr (DnnTestTraining) run = training ("adam");
  DnnLayer *layer = dnn_model_find_layer (run->model, "dense");
  g_autoptr (GBytes) before = NULL, after = NULL;
  g_autofree char *report = NULL;

  g_test_summary ("A weight that freezes keeps its slots, through another "
                  "optimizer, too, and its count of updates");

  train_epoch (run, NULL);
  layer->trainable = false;
  before = slot_of (run, "dense/kernel", SQUARE);
  train_epoch (run, NULL);
  g_assert_cmpuint (state_of (run, "dense/kernel")->t, ==, 5);
  g_assert_cmpuint (state_of (run, "dense_1/kernel")->t, ==, 10);
  report = change (run, "rmsprop");
  train_epoch (run, NULL);
  after = slot_of (run, "dense/kernel", SQUARE);

  g_assert_true (g_bytes_equal (before, after));
  g_assert_cmpuint (state_of (run, "dense/kernel")->t, ==, 5);
  layer->trainable = true;
  train_epoch (run, NULL);
  g_assert_cmpuint (state_of (run, "dense/kernel")->t, ==, 10);
  g_assert_cmpuint (state_of (run, "dense_1/kernel")->t, ==, 20);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (size_t i = 0; i < G_N_ELEMENTS (by_phases); i++)
    dnn_add_row ("/optimizer-change/phases", by_phases[i][0], by_phases[i],
                 test_phases);
  g_test_add_func ("/optimizer-change/told", test_told);
  for (size_t i = 0; i < G_N_ELEMENTS (changes); i++)
    dnn_add_row ("/optimizer-change/slots", changes[i].name, &changes[i],
                 test_change);
  g_test_add_func ("/optimizer-change/same", test_same);
  g_test_add_func ("/optimizer-change/from-event", test_from_event);
  for (size_t i = 0; i < G_N_ELEMENTS (clips); i++)
    dnn_add_row ("/optimizer-change/clips", clips[i], clips[i], test_clips);
  g_test_add_func ("/optimizer-change/bad", test_bad);
  g_test_add_func ("/optimizer-change/frozen", test_frozen);

  return dnn_test_run_main (NULL);
}
