/* dnn-sweep-results.c - from folders of runs to rows of a table */
#include "dnn-sweep-results.h"

#include "dnn-file.h"
#include "dnn-suggest.h"
#include "dnn-trainer-steps.h"

#include <math.h>
#include <string.h>

#define VALIDATION_PREFIX "val_"

static const char *const status_names[] = {
  [DNN_SWEEP_OPEN] = "open",
  [DNN_SWEEP_DONE] = "done",
  [DNN_SWEEP_DIVERGED] = "diverged",
  [DNN_SWEEP_FAILED] = "failed",
};

const char *
dnn_sweep_status_name (DnnSweepStatus status)
{
  return status_names[status];
}

/* --- the goal ------------------------------------------------------------ */

void
dnn_sweep_goal_free (DnnSweepGoal *self)
{
  if (self == NULL)
    return;
  g_strfreev (self->columns);
  g_free (self);
}

/* Without "val_". */
static const char *
quantity_of (const char *column)
{
  return g_str_has_prefix (column, VALIDATION_PREFIX)
             ? column + strlen (VALIDATION_PREFIX)
             : column;
}

/* The loss and the metrics, of the rows that count. */
static char **
list_columns (const DnnHistory *history, const char *prefix)
{
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  g_autofree char *loss = g_strconcat (prefix, "loss", NULL);

  g_strv_builder_add (names, loss);
  for (size_t i = 0; history->metrics[i] != NULL; i++) {
    g_autofree char *name = g_strconcat (prefix, history->metrics[i], NULL);

    g_strv_builder_add (names, name);
  }
  return g_strv_builder_end (names);
}

/* Puts the column that counts in front of the others. */
static bool
choose (DnnSweepGoal *self, const char *by)
{
  for (size_t i = 0; self->columns[i] != NULL; i++) {
    char *chosen = self->columns[i];

    if (strcmp (chosen, by) != 0)
      continue;
    memmove (self->columns + 1, self->columns, i * sizeof *self->columns);
    self->columns[0] = chosen;
    return true;
  }
  return false;
}

static int
better_of (const DnnObjectives *objective, const char *quantity)
{
  for (size_t i = 0; i < dnn_objectives_n_metrics (objective); i++) {
    const DnnMetric *metric = dnn_objectives_metric (objective, i);

    if (strcmp (metric->label, quantity) == 0)
      return dnn_metric_better (metric);
  }
  return -1; /* the loss */
}

DnnSweepGoal *
dnn_sweep_goal_new (const DnnRun *run, const char *by, GError **error)
{
  const DnnTrainer *trainer = dnn_run_trainer (run);
  const DnnHistory *history = dnn_trainer_history (trainer);
  g_autoptr (DnnSweepGoal) self = g_new0 (DnnSweepGoal, 1);
  g_autofree char *nearest = NULL;

  self->columns =
      list_columns (history, history->validates ? VALIDATION_PREFIX : "");
  if (by != NULL && !choose (self, by)) {
    nearest = dnn_suggest (by, (const char *const *) self->columns);
    g_set_error (error, DNN_ERROR, DNN_ERROR_USAGE,
                 "--by: the runs have no '%s'; %s", by, nearest);
    return NULL;
  }
  self->better = better_of (dnn_trainer_objective (trainer),
                            quantity_of (self->columns[0]));
  return g_steal_pointer (&self);
}

/* --- one run ------------------------------------------------------------- */

static double
value_of (const DnnHistory *history, const DnnHistoryEpoch *epoch,
          const char *column)
{
  const char *quantity = quantity_of (column);
  const bool validation = quantity != column;

  if (strcmp (quantity, "loss") == 0)
    return validation ? epoch->val_loss : epoch->loss;
  for (size_t i = 0; history->metrics[i] != NULL; i++)
    if (strcmp (history->metrics[i], quantity) == 0)
      return validation ? epoch->val_metrics[i] : epoch->metrics[i];
  return NAN;
}

/* Takes the epoch that is the best by the goal. */
static void
read_history (DnnSweepRun *self, const DnnSweepGoal *goal)
{
  g_autofree char *path = g_build_filename (self->folder, "history.csv", NULL);
  g_autoptr (DnnHistory) history = dnn_history_load (path, NULL);
  double best = NAN;

  for (size_t i = 0; history != NULL && i < dnn_history_count (history); i++) {
    const DnnHistoryEpoch *epoch = dnn_history_at (history, i);
    double value = value_of (history, epoch, goal->columns[0]);

    if (!isnan (best) && !((value - best) * goal->better > 0))
      continue;
    best = value;
    self->epoch = epoch->number;
    for (size_t j = 0; goal->columns[j] != NULL; j++)
      self->values[j] = value_of (history, epoch, goal->columns[j]);
  }
  if (self->status == DNN_SWEEP_DONE && isnan (best))
    self->status = DNN_SWEEP_OPEN; /* its history is gone */
}

/* "diverged\nstep 3: ..." */
static void
read_outcome (DnnSweepRun *self)
{
  g_autofree char *path = g_build_filename (self->folder, "outcome", NULL);
  g_autofree char *text = NULL;
  char *end;

  self->status = DNN_SWEEP_OPEN;
  g_clear_pointer (&self->message, g_free);
  if (!g_file_get_contents (path, &text, NULL, NULL))
    return;
  end = strchr (text, '\n');
  if (end == NULL)
    return;
  *end = '\0';
  for (int i = 0; i < (int) G_N_ELEMENTS (status_names); i++)
    if (strcmp (text, status_names[i]) == 0)
      self->status = (DnnSweepStatus) i;
  if (end[1] != '\0')
    self->message = g_strchomp (g_strdup (end + 1));
}

static void
look (DnnSweepRun *self, const DnnSweepGoal *goal)
{
  for (size_t i = 0; goal->columns[i] != NULL; i++)
    self->values[i] = NAN;
  self->epoch = 0;
  read_outcome (self);
  if (self->status != DNN_SWEEP_OPEN)
    read_history (self, goal);
}

DnnSweepRun *
dnn_sweep_run_new (const char *sweep_folder, size_t trial, int64_t seed,
                   const DnnSweepGoal *goal)
{
  return dnn_sweep_run_new_fold (sweep_folder, trial, seed, 0, goal);
}

DnnSweepRun *
dnn_sweep_run_new_fold (const char *sweep_folder, size_t trial, int64_t seed,
                        int64_t fold, const DnnSweepGoal *goal)
{
  DnnSweepRun *self = g_new0 (DnnSweepRun, 1);
  g_autofree char *part =
      fold > 0 ? g_strdup_printf ("-fold-%" G_GINT64_FORMAT, fold)
               : g_strdup ("");
  g_autofree char *name = g_strdup_printf (
      "run-%04zu-seed-%" G_GINT64_FORMAT "%s", trial + 1, seed, part);

  self->trial = trial;
  self->seed = seed;
  self->fold = fold;
  self->folder = g_build_filename (sweep_folder, name, NULL);
  self->values = g_new0 (double, g_strv_length (goal->columns) + 1);
  look (self, goal);
  return self;
}

void
dnn_sweep_run_free (DnnSweepRun *self)
{
  if (self == NULL)
    return;
  g_free (self->folder);
  g_free (self->message);
  g_free (self->values);
  g_free (self);
}

bool
dnn_sweep_run_is_complete (const DnnSweepRun *self)
{
  return self->status == DNN_SWEEP_DONE || self->status == DNN_SWEEP_DIVERGED;
}

bool
dnn_sweep_run_finish (DnnSweepRun *self, const DnnSweepGoal *goal,
                      DnnSweepStatus status, const char *message,
                      GError **error)
{
  g_autofree char *path = g_build_filename (self->folder, "outcome", NULL);
  g_autofree char *text =
      g_strdup_printf ("%s\n%s%s", dnn_sweep_status_name (status), message,
                       *message != '\0' ? "\n" : "");

  if (g_mkdir_with_parents (self->folder, 0777) != 0) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_IO, "cannot make folder '%s'",
                 self->folder);
    return false;
  }
  if (!dnn_file_replace (path, text, strlen (text), error))
    return false;
  look (self, goal);
  return true;
}

/* --- all runs ------------------------------------------------------------ */

static void
row_free (gpointer data)
{
  DnnSweepRow *self = data;

  g_free (self->means);
  g_free (self->errors);
  g_free (self);
}

/* Mean and its standard error, s / sqrt (n), of one column. */
static void
take_mean (DnnSweepRow *self, const GPtrArray *runs, size_t column)
{
  double sum = 0, squares = 0, mean;

  for (guint i = 0; i < runs->len; i++) {
    const DnnSweepRun *run = g_ptr_array_index (runs, i);

    if (run->trial == self->trial && run->status == DNN_SWEEP_DONE)
      sum += run->values[column];
  }
  mean = self->n_done > 0 ? sum / (double) self->n_done : NAN;
  for (guint i = 0; i < runs->len; i++) {
    const DnnSweepRun *run = g_ptr_array_index (runs, i);

    if (run->trial == self->trial && run->status == DNN_SWEEP_DONE)
      squares += (run->values[column] - mean) * (run->values[column] - mean);
  }
  self->means[column] = mean;
  self->errors[column] =
      self->n_done > 1
          ? sqrt (squares / (double) (self->n_done - 1) / (double) self->n_done)
          : NAN;
}

static DnnSweepRow *
make_row (const GPtrArray *runs, size_t trial, const DnnSweepGoal *goal)
{
  const guint n_columns = g_strv_length (goal->columns);
  DnnSweepRow *self = g_new0 (DnnSweepRow, 1);

  self->trial = trial;
  self->status = DNN_SWEEP_DONE;
  self->means = g_new0 (double, n_columns);
  self->errors = g_new0 (double, n_columns);
  for (guint i = 0; i < runs->len; i++) {
    const DnnSweepRun *run = g_ptr_array_index (runs, i);

    if (run->trial != trial)
      continue;
    self->n_runs++;
    self->n_done += run->status == DNN_SWEEP_DONE;
    if (self->status == DNN_SWEEP_DONE)
      self->status = run->status;
  }
  for (size_t i = 0; i < n_columns; i++)
    take_mean (self, runs, i);
  return self;
}

/* 0: all its runs are done, 1: some, 2: none. */
static int
class_of (const DnnSweepRow *row)
{
  return row->n_done == row->n_runs ? 0 : row->n_done > 0 ? 1 : 2;
}

static gint
compare_rows (gconstpointer a, gconstpointer b, gpointer data)
{
  const DnnSweepRow *first = *(DnnSweepRow *const *) a;
  const DnnSweepRow *second = *(DnnSweepRow *const *) b;
  const DnnSweepGoal *goal = data;
  const int difference = class_of (first) - class_of (second);
  const double gain = (first->means[0] - second->means[0]) * goal->better;

  if (difference != 0)
    return difference;
  if (gain > 0 || gain < 0)
    return gain > 0 ? -1 : 1;
  return first->trial < second->trial ? -1 : first->trial > second->trial;
}

GPtrArray *
dnn_sweep_rank (const GPtrArray *runs, const DnnSweepGoal *goal)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func (row_free);
  size_t n_trials = 0;

  for (guint i = 0; i < runs->len; i++)
    n_trials = MAX (n_trials,
                    ((DnnSweepRun *) g_ptr_array_index (runs, i))->trial + 1);
  for (size_t i = 0; i < n_trials; i++)
    g_ptr_array_add (rows, make_row (runs, i, goal));
  g_ptr_array_sort_with_data (rows, compare_rows, (gpointer) goal);
  return g_steal_pointer (&rows);
}
