/* dnn-sweep.h - which values a sweep tries: a grid, or random draws
 *
 * A sweep goes over keys of an experiment, each with a list of values or a
 * range; what it tries are its trials, numbered from 0.  The draws are those
 * of a seed: trial i is the same however many there are.
 */
#pragma once

#include "dnn-experiment.h"

DNN_BEGIN_DECLS

/* A key and what it is to be. */
typedef struct DnnSweepAxis {
  char *key;        /* (owned) "optimizer.learning_rate" */
  char **values;    /* (owned) of a list; NULL: a range */
  double low, high; /* of a range, both may be drawn */
  bool logarithmic;
  bool whole; /* whole numbers only */
} DnnSweepAxis;

typedef struct DnnSweep DnnSweep;

/* Begins the lines of sweep.dnn that say what is swept. */
#define DNN_SWEEP_OVER "# --over "

/* `overs`, NULL-terminated: "KEY=a,b,c", "KEY=lo..hi" or "KEY=lo..hi:log"; a
 * range whose ends are whole numbers has whole numbers.  `n_runs`: draws; 0:
 * the whole grid, of lists only.  Of lists alone n_runs trials are drawn that
 * are not the same. */
DnnSweep *dnn_sweep_new (const char *const *overs, int64_t n_runs, int64_t seed,
                         GError **error);
void dnn_sweep_free (DnnSweep *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnnSweep, dnn_sweep_free)

size_t dnn_sweep_n_axes (const DnnSweep *self);
const DnnSweepAxis *dnn_sweep_axis (const DnnSweep *self, size_t i);
size_t dnn_sweep_n_trials (const DnnSweep *self);
/* Text of a value.  Returns: (transfer none). */
const char *dnn_sweep_value (const DnnSweep *self, size_t trial, size_t axis);
/* "optimizer.learning_rate=0.01, train.batch_size=32".
 * Returns: (transfer full). */
char *dnn_sweep_describe (const DnnSweep *self, size_t trial);
/* The name of a run of a sweep beside others: "learning_rate=0.01,
 * batch_size=32", by the record of the sweep, sweep.dnn, and the run's own
 * experiment.  Returns: (transfer full): NULL where the record says nothing. */
char *dnn_sweep_label (const char *record, const DnnExperiment *run);
/* Sets a trial's values in the experiment. */
bool dnn_sweep_apply (const DnnSweep *self, size_t trial,
                      DnnExperiment *experiment, GError **error);

DNN_END_DECLS
