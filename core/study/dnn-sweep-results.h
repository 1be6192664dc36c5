/* dnn-sweep-results.h - what came of the runs of a sweep
 *
 * A run's folder says how it ended, in the file `outcome`, and what it reached,
 * in history.csv.  A trial is as good as the mean of its seeds.
 */
#pragma once

#include "dnn-run.h"
#include "dnn-sweep.h"

DNN_BEGIN_DECLS

typedef enum DnnSweepStatus {
  DNN_SWEEP_OPEN, /* not run, or not to its end */
  DNN_SWEEP_DONE,
  DNN_SWEEP_DIVERGED,
  DNN_SWEEP_FAILED
} DnnSweepStatus;

/* "done".  Returns: (transfer none). */
const char *dnn_sweep_status_name (DnnSweepStatus status);

/* Columns that runs are compared by, the first of all. */
typedef struct DnnSweepGoal {
  char **columns; /* (owned) of history.csv, the one that counts first */
  int better;     /* of that: +1: higher, -1: lower */
} DnnSweepGoal;

/* `by`: a column, or NULL for the (validation) loss.  The others are the
 * rest of the validation's, or of the training's where nothing validates. */
DnnSweepGoal *dnn_sweep_goal_new (const DnnRun *run, const char *by,
                                  GError **error);
void dnn_sweep_goal_free (DnnSweepGoal *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnnSweepGoal, dnn_sweep_goal_free)

typedef struct DnnSweepRun {
  size_t trial;
  int64_t seed;
  int64_t fold; /* that validates; 0: there are no folds */
  char *folder; /* (owned) */
  DnnSweepStatus status;
  char *message;  /* (owned) why it did not end well; or NULL */
  int64_t epoch;  /* the best by the goal */
  double *values; /* (owned) of that epoch, one a column; NaN: none */
} DnnSweepRun;

/* Looks at the folder.  `goal` must outlive the run. */
DnnSweepRun *dnn_sweep_run_new (const char *sweep_folder, size_t trial,
                                int64_t seed, const DnnSweepGoal *goal);
/* The same of one fold of several, from 1. */
DnnSweepRun *dnn_sweep_run_new_fold (const char *sweep_folder, size_t trial,
                                     int64_t seed, int64_t fold,
                                     const DnnSweepGoal *goal);
void dnn_sweep_run_free (DnnSweepRun *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnnSweepRun, dnn_sweep_run_free)
/* True if there is no need to run it again: what failed may not fail again,
 * what diverged does. */
bool dnn_sweep_run_is_complete (const DnnSweepRun *self);
/* Writes down how it ended, and looks at the folder again. */
bool dnn_sweep_run_finish (DnnSweepRun *self, const DnnSweepGoal *goal,
                           DnnSweepStatus status, const char *message,
                           GError **error);

/* A trial over its seeds. */
typedef struct DnnSweepRow {
  size_t trial;
  size_t n_runs;
  size_t n_done;          /* of them */
  DnnSweepStatus status;  /* of the first that is not done; or done */
  double *means, *errors; /* (owned) one a column, of those done; standard
                           * error of the mean, NaN of fewer than two */
} DnnSweepRow;

/* Rows, the best first; those with runs that are not done come behind.
 * Returns: (transfer full): an array of DnnSweepRow. */
GPtrArray *dnn_sweep_rank (const GPtrArray *runs, const DnnSweepGoal *goal);

DNN_END_DECLS
