/* test-sweep - grids and draws, and how trials are ranked */
#include "dnn-sweep.h"

#include "dnn-assert.h"
#include "dnn-sweep-results.h"
#include "dnn-test-run.h"

#include <math.h>
#include <string.h>

#define OVERS(...) ((const char *const[]){ __VA_ARGS__, NULL })

static DnnSweep *
sweep (const char *const *overs, int64_t n_runs, int64_t seed)
{
  g_autoptr (GError) error = NULL;
  DnnSweep *self = dnn_sweep_new (overs, n_runs, seed, &error);

  g_assert_no_error (error);
  return self;
}

static void
assert_trial (const DnnSweep *self, size_t trial, const char *text)
{
  g_autofree char *is = dnn_sweep_describe (self, trial);

  g_assert_cmpstr (is, ==, text);
}

/* --- trials -------------------------------------------------------------- */

static void
test_grid (void)
{
  g_autoptr (DnnSweep) self = sweep (OVERS ("train.batch_size=16, 32",
                                            "optimizer.type=sgd(momentum=0.9, "
                                            "nesterov=true),adam"),
                                     0, 1);

  g_test_summary ("A grid has each with each; the last key changes first");

  g_assert_cmpuint (dnn_sweep_n_trials (self), ==, 4);
  assert_trial (self, 0,
                "train.batch_size=16, "
                "optimizer.type=sgd(momentum=0.9, nesterov=true)");
  assert_trial (self, 1, "train.batch_size=16, optimizer.type=adam");
  assert_trial (self, 3, "train.batch_size=32, optimizer.type=adam");
}

static void
test_part_of_grid (void)
{
  g_autoptr (DnnSweep) all = sweep (OVERS ("a.b=1,2,3", "a.c=1,2,3"), 100, 1);
  g_autoptr (DnnSweep) some = sweep (OVERS ("a.b=1,2,3", "a.c=1,2,3"), 4, 1);
  g_autoptr (GHashTable) seen =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  g_test_summary ("Runs drawn from lists alone are points of the grid, once");

  g_assert_cmpuint (dnn_sweep_n_trials (all), ==, 9);
  g_assert_cmpuint (dnn_sweep_n_trials (some), ==, 4);
  for (size_t i = 0; i < 9; i++)
    g_assert_true (g_hash_table_add (seen, dnn_sweep_describe (all, i)));
  for (size_t i = 0; i < 4; i++) {
    g_autofree char *first = dnn_sweep_describe (all, i);

    assert_trial (some, i, first);
  }
}

#define RANGES                                                                 \
  OVERS ("optimizer.learning_rate=1e-4..1e-1:log", "train.batch_size=8..11",   \
         "model.rate=0.0..0.5", "model.units=1..1000:log", "a.type=x,y")

static void
test_draws (void)
{
  g_autoptr (DnnSweep) few = sweep (RANGES, 5, 7);
  g_autoptr (DnnSweep) many = sweep (RANGES, 200, 7);
  g_autoptr (DnnSweep) others = sweep (RANGES, 5, 8);
  size_t n_same = 0;

  g_test_summary ("A trial is its seed's and number's, however many there are");

  for (size_t i = 0; i < 5; i++) {
    g_autofree char *text = dnn_sweep_describe (few, i);
    g_autofree char *other = dnn_sweep_describe (others, i);

    assert_trial (many, i, text);
    n_same += strcmp (text, other) == 0;
  }
  g_assert_cmpuint (n_same, ==, 0);
}

static void
test_ranges (void)
{
  g_autoptr (DnnSweep) self = sweep (RANGES, 400, 1);
  int counts[4] = { 0 }, low = 0, small = 0;

  g_test_summary ("Draws fill their range; whole numbers stay whole; a "
                  "logarithmic range has as many in every decade");

  for (size_t i = 0; i < 400; i++) {
    const double rate = g_ascii_strtod (dnn_sweep_value (self, i, 0), NULL);
    const int batch =
        (int) g_ascii_strtoll (dnn_sweep_value (self, i, 1), NULL, 10);
    const double share = g_ascii_strtod (dnn_sweep_value (self, i, 2), NULL);
    const char *units = dnn_sweep_value (self, i, 3);

    g_assert_true (rate >= 1e-4 && rate <= 1e-1);
    g_assert_true (batch >= 8 && batch <= 11);
    g_assert_true (share >= 0 && share <= 0.5);
    g_assert_cmpuint (strspn (units, "0123456789"), ==, strlen (units));
    counts[batch - 8]++;
    low += rate < 1e-3;
    small += strlen (units) == 1;
  }
  for (int i = 0; i < 4; i++)
    g_assert_cmpint (counts[i], >, 60); /* of 100 on average, σ = 8.7 */
  g_assert_cmpint (low, >, 90);         /* of 133, σ = 9.4 */
  g_assert_cmpint (low, <, 180);
  g_assert_cmpint (small, >, 90);
}

typedef struct {
  const char *name;
  const char *over;
  int64_t n_runs;
  const char *piece;
} Bad;

static const Bad bads[] = {
  { "no-equals", "train.batch_size", 0, "not 'train.batch_size'" },
  { "no-section", "batch_size=1,2", 0, "not 'batch_size=1,2'" },
  { "no-values", "train.batch_size=", 0, "not ''" },
  { "empty-value", "train.batch_size=1,,2", 0, "not '1,,2'" },
  { "last-empty", "train.batch_size=1,", 0, "not '1,'" },
  { "twice", "train.batch_size=1,2,1", 0, "'1' stands twice" },
  { "no-runs", "train.batch_size=1..2", 0, "--runs N" },
  { "one-end", "train.batch_size=1..", 3, "'1..'" },
  { "no-number", "train.batch_size=x..2", 3, "'x..2'" },
  { "suffix", "train.batch_size=1..2:lin", 3, "'1..2:lin'" },
  { "turned", "train.batch_size=2..1", 3, "the lower end first" },
  { "log-of-zero", "train.batch_size=0..1:log", 3, "above 0" },
  { "in-a-list", "train.batch_size=1..2,5", 3, "alone" },
};

static void
test_bad (gconstpointer data)
{
  const Bad *bad = data;
  g_autoptr (GError) error = NULL;

  g_assert_null (dnn_sweep_new (OVERS (bad->over), bad->n_runs, 1, &error));
  dnn_assert_error (error, DNN_ERROR_USAGE, bad->piece);
}

static void
test_bad_axes (void)
{
  g_autoptr (GError) none = NULL, twice = NULL, many = NULL;
  g_autoptr (GString) long_list = g_string_new ("a.b=0");
  g_autofree char *other = NULL;

  for (int i = 1; i < 200; i++)
    g_string_append_printf (long_list, ",%d", i);
  other = g_strdup (long_list->str);
  other[2] = 'c';

  g_assert_null (dnn_sweep_new (NULL, 0, 1, &none));
  g_assert_null (dnn_sweep_new (OVERS ("a.b=1", "a.b=2"), 0, 1, &twice));
  g_assert_null (dnn_sweep_new (OVERS (long_list->str, other), 0, 1, &many));

  g_assert_error (none, DNN_ERROR, DNN_ERROR_USAGE);
  dnn_assert_error (twice, DNN_ERROR_USAGE, "--over 'a.b' stands twice");
  dnn_assert_error (many, DNN_ERROR_USAGE, "'10000'");
}

static void
test_apply (void)
{
  g_autoptr (DnnSweep) self = sweep (OVERS ("train.epochs=7"), 0, 1);
  g_autoptr (DnnExperiment) experiment =
      dnn_test_experiment ("[train]\nepochs = 1\n");
  g_autoptr (GError) error = NULL;

  dnn_sweep_apply (self, 0, experiment, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (dnn_experiment_get (experiment, "train", "epochs"), ==, "7");
}

/* --- results ------------------------------------------------------------- */

#define TEXT DNN_RUN_DATA DNN_RUN_MODEL DNN_RUN_TRAIN DNN_RUN_SGD

static DnnSweepGoal *
goal_by (const char *by, GError **error)
{
  g_autoptr (DnnRun) run = dnn_test_run_good (TEXT);

  return dnn_sweep_goal_new (run, by, error);
}

static void
test_goal (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DnnSweepGoal) loss = goal_by (NULL, NULL);
  g_autoptr (DnnSweepGoal) accuracy = goal_by ("val_accuracy", NULL);

  g_test_summary ("What counts stands first; it knows which way is better");

  g_assert_cmpstr (loss->columns[0], ==, "val_loss");
  g_assert_cmpstr (loss->columns[1], ==, "val_accuracy");
  g_assert_cmpint (loss->better, ==, -1);
  g_assert_cmpstr (accuracy->columns[0], ==, "val_accuracy");
  g_assert_cmpstr (accuracy->columns[1], ==, "val_loss");
  g_assert_null (accuracy->columns[2]);
  g_assert_cmpint (accuracy->better, ==, 1);
  g_assert_null (goal_by ("val_los", &error));
  dnn_assert_error (error, DNN_ERROR_USAGE, "did you mean 'val_loss'");
}

/* A run's folder, as it is left. */
static DnnSweepRun *
make_run (const DnnSweepGoal *goal, size_t trial, int64_t seed,
          const char *losses, DnnSweepStatus status)
{
  DnnSweepRun *self = dnn_sweep_run_new ("ranked", trial, seed, goal);
  g_auto (GStrv) values = g_strsplit (losses, " ", -1);
  g_autoptr (GString) csv = g_string_new (
      "epoch,phase,loss,accuracy,val_loss,val_accuracy,learning_rate,"
      "seconds\n");
  g_autofree char *path = g_build_filename (self->folder, "history.csv", NULL);
  g_autoptr (GError) error = NULL;

  for (int i = 0; values[i] != NULL && *losses != '\0'; i++)
    g_string_append_printf (csv, "%d,train,1,0.5,%s,0.%d,0.1,1\n", i + 1,
                            values[i], i);
  dnn_sweep_run_finish (self, goal, status, "why", &error);
  g_assert_no_error (error);
  g_assert_true (g_file_set_contents (path, csv->str, -1, NULL));
  dnn_sweep_run_free (self);
  return dnn_sweep_run_new ("ranked", trial, seed, goal);
}

static void
free_run (gpointer data)
{
  dnn_sweep_run_free (data);
}

static void
test_rank (void)
{
  g_autoptr (DnnSweepGoal) goal = goal_by (NULL, NULL);
  g_autoptr (GPtrArray) runs = g_ptr_array_new_with_free_func (free_run);
  g_autoptr (GPtrArray) rows = NULL;
  const size_t order[] = { 2, 0, 1, 3 };
  const DnnSweepRow *best;

  g_test_summary ("By the mean of the best epochs; what has not come to its "
                  "end stands behind");

  g_ptr_array_add (runs, make_run (goal, 0, 1, "3 2 4", DNN_SWEEP_DONE));
  g_ptr_array_add (runs, make_run (goal, 0, 2, "5 4", DNN_SWEEP_DONE));
  g_ptr_array_add (runs, make_run (goal, 1, 1, "0.1", DNN_SWEEP_DONE));
  g_ptr_array_add (runs, make_run (goal, 1, 2, "", DNN_SWEEP_DIVERGED));
  g_ptr_array_add (runs, make_run (goal, 2, 1, "1 2", DNN_SWEEP_DONE));
  g_ptr_array_add (runs, make_run (goal, 2, 2, "9 3", DNN_SWEEP_DONE));
  g_ptr_array_add (runs, make_run (goal, 3, 1, "", DNN_SWEEP_FAILED));
  rows = dnn_sweep_rank (runs, goal);

  g_assert_cmpuint (rows->len, ==, 4);
  for (guint i = 0; i < 4; i++)
    g_assert_cmpuint (((DnnSweepRow *) rows->pdata[i])->trial, ==, order[i]);
  best = rows->pdata[0];
  g_assert_cmpfloat (best->means[0], ==, 2);
  g_assert_cmpfloat_with_epsilon (best->errors[0], 1, 1e-12);
  g_assert_cmpfloat_with_epsilon (best->means[1], 0.05, 1e-12);
  g_assert_cmpint (((DnnSweepRow *) rows->pdata[2])->status, ==,
                   DNN_SWEEP_DIVERGED);
  g_assert_true (isnan (((DnnSweepRow *) rows->pdata[2])->errors[0]));
}

static void
test_complete (void)
{
  g_autoptr (DnnSweepGoal) goal = goal_by (NULL, NULL);
  g_autoptr (DnnSweepRun) fresh = dnn_sweep_run_new ("none", 0, 1, goal);
  g_autoptr (DnnSweepRun) done = make_run (goal, 5, 1, "1", DNN_SWEEP_DONE);
  g_autoptr (DnnSweepRun) lost = make_run (goal, 5, 2, "", DNN_SWEEP_DIVERGED);
  g_autoptr (DnnSweepRun) bad = make_run (goal, 5, 3, "", DNN_SWEEP_FAILED);
  g_autoptr (DnnSweepRun) empty = make_run (goal, 5, 4, "", DNN_SWEEP_DONE);

  g_test_summary ("What is done or diverged need not run again");

  g_assert_false (dnn_sweep_run_is_complete (fresh));
  g_assert_true (dnn_sweep_run_is_complete (done));
  g_assert_true (dnn_sweep_run_is_complete (lost));
  g_assert_cmpstr (lost->message, ==, "why");
  g_assert_false (dnn_sweep_run_is_complete (bad));
  g_assert_false (dnn_sweep_run_is_complete (empty));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/sweep/grid", test_grid);
  g_test_add_func ("/sweep/part-of-grid", test_part_of_grid);
  g_test_add_func ("/sweep/draws", test_draws);
  g_test_add_func ("/sweep/ranges", test_ranges);
  for (size_t i = 0; i < G_N_ELEMENTS (bads); i++)
    dnn_add_row ("/sweep/bad", bads[i].name, &bads[i], test_bad);
  g_test_add_func ("/sweep/bad-axes", test_bad_axes);
  g_test_add_func ("/sweep/apply", test_apply);
  g_test_add_func ("/sweep/goal", test_goal);
  g_test_add_func ("/sweep/rank", test_rank);
  g_test_add_func ("/sweep/complete", test_complete);

  return dnn_test_run_main (NULL);
}
