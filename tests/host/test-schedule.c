/* test-schedule.c - warm-up before any schedule, what a schedule gets from its
 * parameter and its phase, and schedules in training
 *
 * The curves themselves are in the golden files.
 */
#include "dnn-assert.h"
#include "dnn-component.h"
#include "dnn-param.h"
#include "dnn-test-run.h"

/* --- values -------------------------------------------------------------- */

enum { N_POINTS = 4 };

typedef struct {
  const char *name;
  const char *text;
  uint64_t n_steps;
  struct {
    uint64_t step;
    double value;
  } points[N_POINTS];
  uint64_t epoch_steps;
} Row;

/* The parameter's default is 0.8. */
static const Row rows[] = {
  { "constant", "constant", 0, { { 0, 0.8 }, { 999, 0.8 } } },
  { "warm-up",
    "constant(value=0.5, warmup_steps=10)",
    0,
    { { 0, 0 }, { 1, 0.05 }, { 9, 0.45 }, { 10, 0.5 } } },
  { "warm-up-of-the-default",
    "constant(warmup_steps=4)",
    0,
    { { 0, 0 }, { 1, 0.2 }, { 4, 0.8 }, { 5, 0.8 } } },
  { "warm-up-from",
    "constant(value=0.5, warmup_steps=10, warmup_initial=0.3)",
    0,
    { { 0, 0.3 }, { 5, 0.4 }, { 10, 0.5 }, { 11, 0.5 } } },
  { "warm-up-from-above",
    "constant(value=0.5, warmup_steps=2, warmup_initial=0.7)",
    0,
    { { 0, 0.7 }, { 1, 0.6 }, { 2, 0.5 }, { 3, 0.5 } } },
  { "warm-up-to",
    "linear(initial=0.1, warmup_target=0.4, warmup_steps=2, decay_steps=4)",
    0,
    { { 0, 0.1 }, { 1, 0.25 }, { 2, 0.4 }, { 4, 0.2 } } },
  { "warm-up-of-pieces",
    "piecewise_constant(boundaries=3, values=0.6,0.1, warmup_steps=2)",
    0,
    { { 1, 0.3 }, { 2, 0.6 }, { 5, 0.6 }, { 6, 0.1 } } },
  { "decay-after-warm-up",
    "linear(warmup_steps=2, decay_steps=4)",
    0,
    { { 2, 0.8 }, { 4, 0.4 }, { 6, 0 }, { 9, 0 } } },
  { "whole-phase",
    "linear",
    8,
    { { 0, 0.8 }, { 2, 0.6 }, { 4, 0.4 }, { 8, 0 } } },
  { "rest-of-the-phase",
    "linear(warmup_steps=4)",
    8,
    { { 4, 0.8 }, { 5, 0.6 }, { 6, 0.4 }, { 8, 0 } } },
  { "only-warm-up",
    "linear(warmup_steps=8)",
    4,
    { { 0, 0 }, { 1, 0.1 }, { 4, 0.4 }, { 8, 0.8 } } },
  { "unknown-length", "linear", 0, { { 0, 0.8 }, { 5, 0.8 } } },
  { "given-length-counts",
    "linear(decay_steps=4)",
    100,
    { { 0, 0.8 }, { 2, 0.4 }, { 4, 0 }, { 5, 0 } } },
  { "cycle-of-the-phase",
    "one_cycle(max=0.5, pct_start=0.5, anneal=linear, div_factor=5)",
    11,
    { { 0, 0.1 }, { 10, 0.00001 }, { 20, 0.00001 } } },
  { "cycle-of-unknown-length",
    "one_cycle(max=0.5, div_factor=5)",
    0,
    { { 0, 0.1 }, { 10, 0.1 } } },
  { "short-cycle",
    "one_cycle(max=0.5, div_factor=5)",
    1,
    { { 0, 0.00001 }, { 1, 0.00001 } } },
  { "restarts-to-the-step",
    "cosine_decay_restarts(first_decay_steps=1, t_mul=3, initial=0.5)",
    0,
    { { 0, 0.5 }, { 1, 0.5 }, { 4, 0.5 }, { 121, 0.5 } } },
  { "milestones",
    "milestones(from=0,4,6, values=0.5,0.25,0.125)",
    0,
    { { 0, 0.5 }, { 3, 0.5 }, { 4, 0.25 }, { 9, 0.125 } } },
  { "milestones-that-begins-late",
    "milestones(from=2,4, values=0.5,0.25)",
    0,
    { { 0, 0.5 }, { 3, 0.5 }, { 4, 0.25 }, { 9, 0.25 } } },
  { "milestones-in-lines",
    "milestones(from=2,4, values=0.5,0.25, interpolate=true)",
    0,
    { { 0, 0.5 }, { 2, 0.5 }, { 3, 0.375 }, { 9, 0.25 } } },
  { "milestones-of-epochs",
    "milestones(from=0,2,3, values=0.5,0.25,0.125, unit=epochs)",
    50,
    { { 0, 0.5 }, { 19, 0.5 }, { 20, 0.25 }, { 30, 0.125 } },
    10 },
  { "decay-by-epochs",
    "linear(unit=epochs)",
    35,
    { { 9, 0.8 }, { 10, 0.6 }, { 29, 0.4 }, { 30, 0.2 } },
    10 },
  { "warm-up-within-epochs",
    "milestones(from=0,1, values=0.5,0.25, unit=epochs, warmup_steps=12)",
    0,
    { { 0, 0 }, { 6, 0.125 }, { 11, 0.25 * 11 / 12 }, { 12, 0.25 } },
    10 },
  { "epochs-of-unknown-length",
    "milestones(from=0,2, values=0.5,0.25, unit=epochs)",
    0,
    { { 0, 0.5 }, { 1000, 0.5 } } },
};

static void
test_row (gconstpointer data)
{
  const Row *row = data;
  g_autoptr (DnnRegistry) registry = dnn_registry_new (NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (DnnSchedule) schedule =
      dnn_schedule_parse (registry, row->text, 0.8, &error);

  g_assert_no_error (error);
  for (int i = 0; i < N_POINTS; i++)
    if (i == 0 || row->points[i].step > 0)
      g_assert_cmpfloat_with_epsilon (
          dnn_schedule_value (schedule, row->points[i].step,
                              (DnnLength){ row->n_steps, row->epoch_steps }),
          row->points[i].value, 1e-12);
}

static void
test_range (void)
{
  g_autoptr (DnnRegistry) registry = dnn_registry_new (NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (DnnComponent) sgd = dnn_component_parse (
      registry, DNN_KIND_OPTIMIZER,
      "sgd(momentum=linear(initial=-1, end=3, decay_steps=4))", &error);
  static const double expect[] = { 0, 0, 1, 1, 1 };

  g_test_summary ("A schedule's value is held within the parameter's range");

  g_assert_no_error (error);
  for (uint64_t i = 0; i < G_N_ELEMENTS (expect); i++)
    g_assert_cmpfloat (
        dnn_component_value_at (sgd, dnn_param_find (sgd->code, "momentum"), i,
                                (DnnLength){ 0 }),
        ==, expect[i]);
}

/* --- mistakes ------------------------------------------------------------ */

typedef struct {
  const char *name;
  const char *text;
  int code;
  const char *piece;
} Bad;

static const Bad bad[] = {
  { "name", "cosine_decy", DNN_ERROR_NAME, "did you mean 'cosine_decay'" },
  { "key", "constant(warmup=3)", DNN_ERROR_NAME,
    "constant: there is no parameter 'warmup'; did you mean 'warmup_steps'" },
  { "steps", "constant(warmup_steps=-1)", DNN_ERROR_PARAM,
    "constant: warmup_steps must be a whole number from 0" },
  { "no-steps", "constant(warmup_initial=0.1)", DNN_ERROR_PARAM,
    "constant: warmup_initial and warmup_target need warmup_steps" },
  { "both", "linear(warmup_initial=0.1, warmup_target=1, warmup_steps=2)",
    DNN_ERROR_PARAM, "so warmup_initial cannot be set" },
  { "no-initial-value", "one_cycle(max=1, warmup_target=1, warmup_steps=2)",
    DNN_ERROR_PARAM, "one_cycle: it has no initial value, so warmup_target" },
  { "pieces", "piecewise_constant(boundaries=1,2, values=1,2)", DNN_ERROR_PARAM,
    "piecewise_constant: values must be 3, one more than" },
  { "schedule", "constant(value=cosine_decay)", DNN_ERROR_PARAM,
    "constant: value must be a number from -1e+30 to 1e+30, not 'cosine_de" },
  { "milestones", "milestones(from=0,1, values=1,2,3)", DNN_ERROR_PARAM,
    "milestones: values must be 2, as many as from, not 3" },
  { "milestones-order", "milestones(from=3,2, values=1,2)", DNN_ERROR_PARAM,
    "milestones: from must rise, and 2 follows 3" },
  { "unit", "constant(unit=days)", DNN_ERROR_PARAM,
    "constant: unit must be one of" },
  { "order", "piecewise_constant(boundaries=2,2, values=1,2,3)",
    DNN_ERROR_PARAM, "piecewise_constant: boundaries must rise" },
};

static void
test_bad (gconstpointer data)
{
  const Bad *row = data;
  g_autoptr (DnnRegistry) registry = dnn_registry_new (NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (dnn_schedule_parse (registry, row->text, 0.8, &error));
  dnn_assert_error (error, row->code, row->piece);
}

/* --- training ------------------------------------------------------------ */

static DnnRun *
train (const char *phases)
{
  g_autofree char *text = g_strconcat (
      DNN_RUN_DATA DNN_RUN_MODEL DNN_RUN_TRAIN DNN_RUN_SGD, phases, NULL);
  DnnRun *run = dnn_test_run_good (text);
  G_GNUC_UNUSED g_autofree char *told = dnn_test_run_train (run);

  return run;
}

static double
rate_of (const DnnRun *run, size_t epoch)
{
  const DnnHistory *history = dnn_trainer_history (dnn_run_trainer (run));

  return dnn_history_at (history, epoch)->learning_rate;
}

/* Four steps an epoch: the last of the first is number 3. */
static void
test_history (void)
{
  g_autoptr (DnnRun) run =
      train ("[phase a]\nepochs = 2\n"
             "optimizer.learning_rate = linear(initial=0.8)\n"
             "[phase b]\nsteps = 6\n"
             "optimizer.learning_rate = linear(initial=0.6, warmup_steps=2)\n"
             "[phase c]\nepochs = 1\n"
             "[phase d]\nepochs = 3\noptimizer.learning_rate = "
             "milestones(from=0,1, values=0.3,0.2, unit=epochs)\n");
  static const double expect[] = { 0.5, 0.1, 0.45, 0.15, 0.1, 0.3, 0.2, 0.2 };

  g_test_summary ("The history has the rate of each epoch's last step; a "
                  "schedule counts from its phase's start, and ends with it; "
                  "it may count epochs");

  g_assert_cmpuint (
      dnn_history_count (dnn_trainer_history (dnn_run_trainer (run))), ==,
      G_N_ELEMENTS (expect));
  for (size_t i = 0; i < G_N_ELEMENTS (expect); i++)
    g_assert_cmpfloat_with_epsilon (rate_of (run, i), expect[i], 1e-12);
}

/* Phases of one step each say the same as the schedule over three. */
typedef struct {
  const char *name;
  const char *schedule; /* keys of a phase of three steps */
  const char *steps[3]; /* keys of each of its steps */
} Same;

static const Same same[] = {
  { "rate",
    "optimizer.learning_rate = piecewise_constant(boundaries=0,1, "
    "values=0.5,0.25,0.125)\noptimizer.momentum = 0.9\n",
    { "optimizer.learning_rate = 0.5\noptimizer.momentum = 0.9\n",
      "optimizer.learning_rate = 0.25\noptimizer.momentum = 0.9\n",
      "optimizer.learning_rate = 0.125\noptimizer.momentum = 0.9\n" } },
  { "momentum",
    "optimizer.momentum = linear(initial=0.5, end=1, decay_steps=4)\n",
    { "optimizer.momentum = 0.5\n", "optimizer.momentum = 0.625\n",
      "optimizer.momentum = 0.75\n" } },
  { "both",
    "optimizer.momentum = linear(initial=0.5, end=1, decay_steps=4)\n"
    "optimizer.learning_rate = constant(value=0.5, warmup_steps=2)\n",
    { "optimizer.momentum = 0.5\noptimizer.learning_rate = 0\n",
      "optimizer.momentum = 0.625\noptimizer.learning_rate = 0.25\n",
      "optimizer.momentum = 0.75\noptimizer.learning_rate = 0.5\n" } },
};

static void
test_same (gconstpointer data)
{
  const Same *row = data;
  /* The first phase moves the run's step on, not the schedule's. */
  static const char before[] =
      "[train]\nbatch_size = 30\nthreads = 1\n"
      "metrics = accuracy\n" DNN_RUN_SGD "[phase x]\nsteps = 3\n";
  g_autofree char *text =
      g_strconcat (DNN_RUN_DATA DNN_RUN_MODEL, before, "[phase a]\nsteps = 3\n",
                   row->schedule, NULL);
  g_autofree char *apart =
      g_strconcat (DNN_RUN_DATA DNN_RUN_MODEL, before, "[phase a]\nsteps = 1\n",
                   row->steps[0], "[phase b]\nsteps = 1\n", row->steps[1],
                   "[phase c]\nsteps = 1\n", row->steps[2], NULL);
  g_autoptr (DnnRun) run = dnn_test_run_good (text);
  g_autoptr (DnnRun) other = dnn_test_run_good (apart);
  G_GNUC_UNUSED g_autofree char *told = dnn_test_run_train (run);
  G_GNUC_UNUSED g_autofree char *told_other = dnn_test_run_train (other);

  g_test_summary ("Every schedulable parameter moves, step by step, as if it "
                  "were set anew for each");

  dnn_test_assert_same_model (dnn_run_model (run), dnn_run_model (other));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++)
    dnn_add_row ("/schedule/value", rows[i].name, &rows[i], test_row);
  g_test_add_func ("/schedule/range", test_range);
  for (size_t i = 0; i < G_N_ELEMENTS (bad); i++)
    dnn_add_row ("/schedule/bad", bad[i].name, &bad[i], test_bad);
  g_test_add_func ("/schedule/history", test_history);
  for (size_t i = 0; i < G_N_ELEMENTS (same); i++)
    dnn_add_row ("/schedule/same", same[i].name, &same[i], test_same);

  return dnn_test_run_main (NULL);
}
